// SPDX-License-Identifier: Apache-2.0
// Keys of a cluster: seen, imported, rotated.
#include "work/keys.h"

#include <string.h>

#include "base/when.h"
#include "work/keys/place.h"

static int add_one(void *data, const struct node *object, struct err **err UNUSED)
{
    seal_keys_add(data, object);
    return 0;
}

int keys_list(const struct keys_cluster *c, struct seal_keys *keys, struct err **err)
{
    struct kube_selection selection = {.ns = c->ns, .labels = SEAL_KEY_LABEL};

    selection.resource = kube_find(c->kube, SPAN("v1"), SPAN("Secret"), err);
    if (!selection.resource)
        return -1;
    return kube_list(c->kube, &selection, add_one, keys, NULL, err);
}

// All that is wanted is sound, or nothing is written: the controller does not start with a key
// that it cannot read.
static int check(const struct seal_keys *keys, struct err **err)
{
    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (key->problem)
            return err_set(err, ERR_CONFIG, "key %s cannot be used: %s", key->name, key->problem);
    return 0;
}

// With a record, somebody else may be at work on the sandbox.
static int begin(const struct keys_cluster *c, struct err **err)
{
    return record_exists(c->record) ? record_begin(c->record, err) : 0;
}

static bool has_active_in(const struct seal_keys *keys, const char *ns)
{
    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (seal_key_is_active(key) && strcmp(key->ns, ns) == 0)
            return true;
    return false;
}

// A controller reads the keys of its own namespace only.
static void warn_of_place(const struct keys_cluster *c, const struct seal_keys *keys,
                          const struct seal_keys *there)
{
    const struct seal_key *current = seal_keys_current(there);

    VEC_FOREACH (const struct seal_key *, key, &keys->items) {
        const char *ns = keys_namespace(c, key);

        if (!current || has_active_in(there, ns))
            continue;
        report_warn(c->report, "keys",
                    "key %s goes to namespace %s, but the keys of this cluster are in %s: "
                    "--namespace %s puts it there",
                    key->name, ns, current->ns, current->ns);
        return;
    }
}

int keys_import(const struct keys_cluster *c, const struct seal_keys *keys, struct keys_done *done,
                struct err **err)
{
    struct keys_cluster all = *c;
    struct seal_keys there CLEANUP(seal_keys_free);

    seal_keys_init(&there);
    all.ns = NULL;
    if (check(keys, err) < 0 || keys_list(&all, &there, err) < 0)
        return -1;
    warn_of_place(c, keys, &there);
    if (begin(c, err) < 0 || keys_place(c, keys, &there, done, err) < 0)
        return -1;
    return done->added ? keys_take_up(c, keys, true, err) : 0;
}

// The one namespace that the cluster's keys are in.
static int find_namespace(const struct keys_cluster *c, const struct seal_keys *there,
                          const char **ns, struct err **err)
{
    *ns = c->ns ? c->ns : SEAL_KEY_NAMESPACE;
    VEC_FOREACH (const struct seal_key *, key, &there->items) {
        if (key != there->items.items && strcmp(key->ns, *ns) != 0) {
            err_set(err, ERR_USAGE, "there are sealing keys in namespaces %s and %s", *ns, key->ns);
            return err_hint(err, "--namespace says which controller is meant");
        }
        *ns = key->ns;
    }
    return 0;
}

int keys_rotate(const struct keys_cluster *c, struct err **err)
{
    struct seal_keys there CLEANUP(seal_keys_free), made CLEANUP(seal_keys_free);
    struct keys_done done = {0};
    const struct seal_key *key;
    const char *ns;

    seal_keys_init(&there);
    seal_keys_init(&made);
    if (keys_list(c, &there, err) < 0 || find_namespace(c, &there, &ns, err) < 0 ||
        begin(c, err) < 0)
        return -1;
    key = seal_keys_make(&there, ns, when_now());
    seal_keys_add(&made, key->secret);
    if (keys_place(c, &made, &(struct seal_keys){0}, &done, err) < 0)
        return -1;
    report_info(c->report, "keys", "%s seals from now on; %zu older key%s open what they sealed",
                key->name, there.items.len - 1, PLURAL(there.items.len - 1));
    return keys_take_up(c, &made, true, err);
}
