// SPDX-License-Identifier: Apache-2.0
// ConfigMaps and Secrets as they will be in the cluster.
#include "work/artifacts/walk/holders.h"

void holders_begin(struct walk *w, const struct deep_object *object)
{
    w->asker = object;
    w->has_missed = false;
}

bool holders_wait(const struct walk *w)
{
    return w->has_missed && w->patience != WALK_LAST;
}

// A Secret of our own, with empty values for keys that are added to *data.
static struct node *new_secret(struct walk *w, const struct identity *id, struct doc **doc,
                               struct node **data)
{
    struct doc *d = doc_new();
    struct node *secret = node_new_map(d), *meta = node_new_map(d);

    vec_push(&w->deep->store->docs, d);
    node_set_str(d, secret, "apiVersion", SPAN("v1"));
    node_set_str(d, secret, "kind", SPAN("Secret"));
    node_set_str(d, meta, "name", id->name);
    node_set_str(d, meta, "namespace", id->ns);
    node_set(d, secret, SPAN("metadata"), meta);
    *data = node_new_map(d);
    node_set(d, secret, SPAN("stringData"), *data);
    *doc = d;
    return secret;
}

static void decide(struct walk *w, const struct identity *id, const char *assumed)
{
    char *label = identity_label(id);

    walk_decide(w, LOCK_CLUSTER, w->asker->label, "", label, assumed);
    report_warn(w->report, "lock", "%s reads %s, whose values only the cluster has: %s",
                w->asker->label, label, assumed);
    free(label);
}

// The object that makes a Secret in the cluster: its keys are known, their values are not.
static const struct deep_object *find_sealed(const struct walk *w, const struct identity *id)
{
    struct identity sealed = {SPAN("bitnami.com"), SPAN("SealedSecret"), id->ns, id->name};

    return walk_find(w, &sealed);
}

static const struct node *unsealed(struct walk *w, const struct deep_object *sealed,
                                   const struct identity *id, const struct doc **doc)
{
    const struct node *spec = node_get(sealed->node, "spec");
    struct doc *d;
    struct node *data, *secret = new_secret(w, id, &d, &data);

    NODE_FOREACH_PAIR (pair, node_get(spec, "encryptedData"))
        node_set(d, data, pair->key, node_new_str(d, SPAN_EMPTY));
    NODE_FOREACH_PAIR (pair, node_path(spec, "template", "data"))
        node_set(d, data, pair->key, node_new_str(d, SPAN_EMPTY));
    decide(w, id, "sealed: its values are taken to be empty");
    *doc = d;
    return secret;
}

// The keys of a Secret that the asker cannot do without.
static size_t add_asked_keys(const struct walk *w, const struct identity *id, struct doc *d,
                             struct node *data)
{
    const struct node *spec = node_get(w->asker->node, "spec");
    size_t count = 0;

    NODE_FOREACH_ITEM (entry, node_get(spec, "valuesFrom")) {
        struct flux_values from = flux_values_from(w->asker->node, entry);

        if (!identity_eq(&from.from, id) || node_get_bool(entry, "optional", false))
            continue;
        node_set_str(d, data, from.key, SPAN_EMPTY);
        count++;
    }
    NODE_FOREACH_ITEM (entry, node_path(spec, "postBuild", "substituteFrom"))
        count += span_eq(node_get_text(entry, "kind"), id->kind) &&
                 span_eq(node_get_text(entry, "name"), id->name) &&
                 !node_get_bool(entry, "optional", false);
    return count;
}

// Secrets have their place outside of trees: that one is missing there says nothing.
static const struct node *made_by_hand(struct walk *w, const struct identity *id,
                                       const struct doc **doc)
{
    struct doc *d;
    struct node *data, *secret = new_secret(w, id, &d, &data);

    if (!add_asked_keys(w, id, d, data))
        return NULL;
    decide(w, id, "nothing in the tree makes it: its values are taken to be empty");
    *doc = d;
    return secret;
}

const struct node *holders_find(void *data, const struct identity *id, const struct doc **doc)
{
    struct walk *w = data;
    const struct deep_object *found = walk_find(w, id), *sealed;

    if (found) {
        *doc = found->doc;
        return found->node;
    }
    if (span_is(id->kind, "Secret")) {
        sealed = find_sealed(w, id);
        if (sealed)
            return unsealed(w, sealed, id, doc);
        if (w->patience == WALK_LAST)
            return made_by_hand(w, id, doc);
    }
    w->has_missed = true;
    return NULL;
}

const struct node *holders_find_node(void *data, const struct identity *id)
{
    const struct doc *doc;

    return holders_find(data, id, &doc);
}
