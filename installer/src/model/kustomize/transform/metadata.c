// SPDX-License-Identifier: Apache-2.0
// Transformers of metadata: labels and annotations, name prefixes and suffixes, replica counts.
#include "model/kustomize/generate/generators.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/transform.h"

struct setting {
    struct walk walk;
    struct span key;
    const struct node *value;
    struct node *placed; // the node that was put into a map for this key
};

// A pair into the map that a field spec found. kustomize puts one and the same node into all maps
// of a resource, so that a later change of one of them changes all; so it is here.
static int set_pair(void *data, struct node *field, struct err **err)
{
    struct setting *s = data;
    struct kust *k = s->walk.kust;
    if (field->type == NODE_NULL)
        return 0;
    if (field->type != NODE_MAP)
        return kust_fail(k, field, err, "%s: cannot set %.*s: expected a map, found %s",
                         resource_text(k, s->walk.resource), SPAN_ARG(s->key),
                         node_type_name(field));
    struct node *old = node_get_span(field, s->key);
    if (old) {
        scalar_set_string(k->doc, old, node_text(s->value));
        return 0;
    }
    if (!s->placed)
        s->placed = scalar_new_string(k->doc, node_text(s->value));
    node_set(k->doc, field, s->key, s->placed);
    return 0;
}

static int set_pairs(struct kust *k, const struct pairs_args *args, struct resource *r,
                     struct err **err)
{
    struct setting s = {.walk = {k, r, WALK_CREATE_MAP, set_pair, NULL}};
    s.walk.data = &s;
    r->shares_nodes = true;
    NODE_FOREACH_PAIR (pair, args->pairs) {
        s.key = pair->key;
        s.value = pair->value;
        s.placed = NULL;
        VEC_FOREACH (const struct fieldspec *, spec, args->specs) {
            if (walk_field(&s.walk, spec, r->node, err) < 0)
                return -1;
        }
    }
    return 0;
}

int transform_pairs(struct kust *k, const struct transformer *t, struct resmap *m, struct err **err)
{
    for (size_t i = 0; i < m->len; i++) {
        if (!resource_empty(m->items[i]) && set_pairs(k, t->args, m->items[i], err) < 0)
            return -1;
    }
    return 0;
}

struct affixing {
    struct walk walk;
    const struct affix_args *args;
};

static int add_affix(void *data, struct node *field, struct err **err)
{
    struct affixing *a = data;
    struct kust *k = a->walk.kust;
    if (!scalar_is(field))
        return kust_fail(k, field, err, "%s: cannot add '%.*s': expected a text, found %s",
                         resource_text(k, a->walk.resource), SPAN_ARG(a->args->text),
                         node_type_name(field));
    struct span old = scalar_raw(field), add = a->args->text;
    const char *text = a->args->suffix
                           ? arena_printf(k->arena, "%.*s%.*s", SPAN_ARG(old), SPAN_ARG(add))
                           : arena_printf(k->arena, "%.*s%.*s", SPAN_ARG(add), SPAN_ARG(old));
    scalar_set_text(k->doc, field, span_str(text));
    return 0;
}

// Names that other things rely on stay as they are.
static bool keeps_name(const struct gvk *g)
{
    return span_is(g->kind, "CustomResourceDefinition") || span_is(g->kind, "Namespace") ||
           (span_is(g->kind, "APIService") && span_is(g->group, "apiregistration.k8s.io"));
}

static int affix_one(struct kust *k, const struct affix_args *args, struct resource *r,
                     struct err **err)
{
    struct affixing a = {{k, r, WALK_CREATE_STRING, add_affix, NULL}, args};
    a.walk.data = &a;
    struct resid id = resource_original_id(r);
    if (keeps_name(&id.gvk))
        return 0;
    VEC_FOREACH (const struct fieldspec *, spec, args->specs) {
        if (!gvk_selected(&id.gvk, &spec->gvk))
            continue;
        if (span_is(spec->path, "metadata/name") && args->text.len) {
            if (args->suffix)
                vec_push_arena(k->arena, &r->suffixes, args->text);
            else
                vec_push_arena(k->arena, &r->prefixes, args->text);
            resource_store_id(k, r);
        }
        if (walk_field(&a.walk, spec, r->node, err) < 0)
            return -1;
    }
    return 0;
}

int transform_affix(struct kust *k, const struct transformer *t, struct resmap *m, struct err **err)
{
    for (size_t i = 0; i < m->len; i++) {
        if (!resource_empty(m->items[i]) && affix_one(k, t->args, m->items[i], err) < 0)
            return -1;
    }
    resmap_changed(m);
    return 0;
}

static int set_count(void *data, struct node *field, struct err **err)
{
    struct setting *s = data;
    if (!scalar_is(field))
        return kust_fail(s->walk.kust, field, err, "%s: replicas: expected a number, found %s",
                         resource_text(s->walk.kust, s->walk.resource), node_type_name(field));
    // The quotes of what was there stay.
    scalar_set_text(s->walk.kust->doc, field, node_scalar(s->value));
    return 0;
}

static bool matches_replica(const struct resource *r, struct span name,
                            const struct fieldspec *spec)
{
    struct resid id = resource_id(r);
    if (span_eq(id.name, name) && gvk_selected(&id.gvk, &spec->gvk))
        return true;
    for (size_t i = 0; i < r->previous.len; i++) {
        id = resource_previous_id(r, i);
        if (span_eq(id.name, name) && gvk_selected(&id.gvk, &spec->gvk))
            return true;
    }
    return false;
}

int transform_replicas(struct kust *k, const struct transformer *t, struct resmap *m,
                       struct err **err)
{
    const struct replica_args *args = t->args;
    struct node *count = args->count ? node_copy(k->doc, args->count) : node_new_int(k->doc, 0);
    struct setting s = {.walk = {k, NULL, WALK_CREATE_STRING, set_count, NULL}, .value = count};
    struct resource_list list = {0};
    bool found = false;
    s.walk.data = &s;
    resmap_find_name(k, m, args->name, &list);
    VEC_FOREACH (const struct fieldspec *, spec, args->specs) {
        for (size_t i = 0; i < list.len; i++) {
            struct resource *r = list.items[i];
            s.walk.resource = r;
            if (!matches_replica(r, args->name, spec))
                continue;
            found = true;
            if (walk_field(&s.walk, spec, r->node, err) < 0)
                return -1;
        }
    }
    if (found)
        return 0;
    kust_fail(k, t->at, err, "replicas: there is no '%.*s' with a number of replicas",
              SPAN_ARG(args->name));
    return err_hint(err, "a Deployment, ReplicaSet, ReplicationController or StatefulSet has one; "
                         "`configurations` can name more fields");
}

int transform_hash(struct kust *k, const struct transformer *t, struct resmap *m, struct err **err)
{
    (void)t;
    (void)err;
    generator_add_hashes(k, m);
    return 0;
}
