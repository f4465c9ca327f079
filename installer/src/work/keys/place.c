// SPDX-License-Identifier: Apache-2.0
// Into the cluster, one key at a time; nothing is replaced.
#include "work/keys/place.h"

#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/doc.h"
#include "model/journal.h"

#define KEYS_LAYER "sealing-keys" // of the journal: of no layer that a tree has

const char *keys_namespace(const struct keys_cluster *c, const struct seal_key *key)
{
    if (c->ns)
        return c->ns;
    return *key->ns ? key->ns : SEAL_KEY_NAMESPACE;
}

// --- the namespace ---

static struct node *new_namespace(struct doc *d, const char *name)
{
    struct node *object = node_new_map(d), *meta = node_new_map(d);

    node_set_str(d, meta, "name", span_str(name));
    node_set_str(d, object, "apiVersion", SPAN("v1"));
    node_set_str(d, object, "kind", SPAN("Namespace"));
    node_set(d, object, SPAN("metadata"), meta);
    return object;
}

// Written down first, as all that `up` makes: `down` takes it away again.
static int make_namespace(const struct keys_cluster *c, const char *name, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = new_namespace(d, name);
    struct digest digest;
    struct journal_entry entry = {
        .id = node_identity(object), .version = "v1", .layer = KEYS_LAYER};

    doc_write_json(object, true, &json);
    digest = crypto_sha256(buf_span(&json));
    entry.digest = DIGEST_TEXT(&digest);
    entry.uid = "";
    if (record_intend(c->record, &entry, 1, err) < 0 ||
        kube_apply(c->kube, object, false, &answer, err) < 0)
        return -1;
    record_note(c->record, &entry.id, node_str(node_path(answer.object, "metadata", "uid")));
    report_info(c->report, "keys", "made Namespace %s", name);
    return record_flush(c->record, err);
}

static int ensure_namespace(const struct keys_cluster *c, const char *name, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *namespaces = kube_find(c->kube, SPAN("v1"), SPAN("Namespace"), err);
    int absent = namespaces ? kube_get(c->kube, namespaces, "", name, &answer, err) : -1;

    return absent > 0 ? make_namespace(c, name, err) : absent;
}

// --- the key ---

static int create(const struct keys_cluster *c, const struct seal_key *key, const char *ns,
                  const char *name, enum kube_reason *reason, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *secret = node_copy(d, key->secret), *meta = node_get(secret, "metadata");
    struct kube_request request = {.verb = KUBE_CREATE, .ns = ns, .body = secret};
    int result;

    node_set_str(d, meta, "name", span_str(name));
    node_set_str(d, meta, "namespace", span_str(ns));
    request.resource = kube_find(c->kube, SPAN("v1"), SPAN("Secret"), err);
    if (!request.resource)
        return -1;
    result = kube_perform(c->kube, &request, &answer, err);
    *reason = answer.reason;
    arena_wipe(doc_arena(d));
    return result;
}

// Its own name, or one beside it where another Secret has that.
static int add_key(const struct keys_cluster *c, const struct seal_key *key, struct err **err)
{
    const char *ns = keys_namespace(c, key);
    char *other CLEANUP(mem_cleanup) = mem_printf("%s-%.8s", key->name, DIGEST_HEX(&key->id));
    enum kube_reason reason = KUBE_OTHER;

    if (ensure_namespace(c, ns, err) < 0)
        return -1;
    if (create(c, key, ns, key->name, &reason, err) == 0) {
        report_info(c->report, "keys", "added %s to namespace %s (%s)", key->name, ns, key->state);
        return 0;
    }
    if (reason != KUBE_ALREADY_EXISTS)
        return -1;
    err_clear(err);
    if (create(c, key, ns, other, &reason, err) < 0)
        return -1;
    report_info(c->report, "keys",
                "added %s to namespace %s as %s (%s): another Secret has its name", key->name, ns,
                other, key->state);
    return 0;
}

// The same key in the same namespace, whatever its name there. Of one that cannot be read only the
// name tells.
static const struct seal_key *find(const struct seal_keys *there, const struct seal_key *key,
                                   const char *ns)
{
    VEC_FOREACH (const struct seal_key *, other, &there->items) {
        if (strcmp(other->ns, ns) != 0)
            continue;
        if (key->problem ? strcmp(other->name, key->name) == 0
                         : !other->problem && digest_eq(&other->id, &key->id))
            return other;
    }
    return NULL;
}

static void tell_there(const struct keys_cluster *c, const struct seal_key *key,
                       const struct seal_key *other)
{
    if (strcmp(other->state, key->state) == 0)
        report_info(c->report, "keys", "%s is in namespace %s already (%s)", other->name, other->ns,
                    other->state);
    else
        report_warn(c->report, "keys", "%s is in namespace %s already, and stays %s there, not %s",
                    other->name, other->ns, other->state, key->state);
}

int keys_place(const struct keys_cluster *c, const struct seal_keys *keys,
               const struct seal_keys *there, struct keys_done *done, struct err **err)
{
    VEC_FOREACH (const struct seal_key *, key, &keys->items) {
        const struct seal_key *other = find(there, key, keys_namespace(c, key));

        if (other) {
            tell_there(c, key, other);
            done->there++;
            continue;
        }
        if (add_key(c, key, err) < 0)
            return err_wrap(err, "cannot add key %s", key->name);
        done->added++;
    }
    return 0;
}
