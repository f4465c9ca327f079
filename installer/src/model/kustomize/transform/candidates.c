// SPDX-License-Identifier: Apache-2.0
// Names of references: the index, and who is meant.
#include "model/kustomize/transform/candidates.h"

#include <stdlib.h>

#include "model/kustomize/scalar.h"

static void index_add(struct candidates *c, struct map *map, struct span key, struct resource *r)
{
    struct resource_list *list = map_get(map, key);
    if (!list) {
        list = ARENA_NEW(c->kust->arena, struct resource_list);
        (void)map_put(map, arena_span(c->kust->arena, key), list);
    }
    if (!list->len || list->items[list->len - 1] != r)
        vec_push_arena(c->kust->arena, list, r);
}

static void place_key(struct buf *key, struct span ns, struct span name)
{
    buf_truncate(key, 0);
    buf_add_span(key, ns);
    buf_add_char(key, '\n');
    buf_add_span(key, name);
}

void candidates_index(struct candidates *c, const struct resmap *m)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        r->mark = (uint32_t)i; // their order
        if (resource_empty(r))
            continue;
        struct resid id = resource_id(r), first = resource_original_id(r);
        place_key(&key, resid_namespace(&id), resid_namespace(&first));
        index_add(c, &c->moves, buf_span(&key), r);
        place_key(&key, SPAN("*"), resid_namespace(&first));
        index_add(c, &c->moves, buf_span(&key), r);
        for (size_t j = 0; j < r->previous.len; j++) {
            struct span name = r->previous.items[j].name;
            index_add(c, &c->by_name, name, r);
            place_key(&key, resid_namespace(&id), name);
            index_add(c, &c->by_place, buf_span(&key), r);
        }
    }
}

static void add_place(struct candidates *c, struct span ns)
{
    for (size_t i = 0; i < c->places.len; i++) {
        if (span_eq(c->places.items[i], ns))
            return;
    }
    vec_push_arena(c->kust->arena, &c->places, ns);
}

// Its places: its own namespace, none, and for role bindings those of its service accounts.
int candidates_set_referrer(struct candidates *c, const struct resource *referrer, struct err **err)
{
    struct kust *k = c->kust;
    c->referrer = referrer;
    c->referrer_id = resource_id(referrer);
    c->places.len = c->subject_places = 0;
    if (c->referrer_id.cluster_scoped)
        return 0;
    add_place(c, resid_namespace(&c->referrer_id));
    add_place(c, SPAN(RESID_NO_NAMESPACE));
    if (!span_is(c->referrer_id.gvk.kind, "RoleBinding"))
        return 0;
    NODE_FOREACH_ITEM (subject, node_get(c->referrer->node, "subjects")) {
        struct node *ns = node_get(subject, "namespace");
        if (!ns || !span_is(scalar_raw(node_get(subject, "kind")), "ServiceAccount"))
            continue;
        if (ns->type != NODE_STRING)
            return kust_fail(k, ns, err, "%s: the namespace of a subject is blank",
                             resource_text(k, c->referrer));
        add_place(c, ns->text);
    }
    c->subject_places = c->places.len - 2;
    return 0;
}

static bool previous_selected(const struct resource *r, const struct gvk *selector)
{
    for (size_t i = 0; i < r->previous.len; i++) {
        struct resid id = resource_previous_id(r, i);
        if (gvk_selected(&id.gvk, selector))
            return true;
    }
    return false;
}

// For roleRef: the kind that the referrer itself names.
static bool fits_role_ref(const struct candidates *c, const struct name_in_field *n,
                          const struct resource *r)
{
    if (!n->role_ref)
        return true;
    struct node *ref = node_get(c->referrer->node, "roleRef");
    struct node *group = node_get(ref, "apiGroup"), *kind = node_get(ref, "kind");
    if (!group || !kind)
        return true;
    struct gvk wanted = {scalar_raw(group), SPAN_EMPTY, scalar_raw(kind)};
    return previous_selected(r, &wanted);
}

// kustomize compares the namespaces of a role binding's subjects as they are written: a target
// without a namespace is not in "default".
static bool in_places(const struct candidates *c, const struct resource *r, const struct resid *id)
{
    if (!c->places.len || id->cluster_scoped ||
        span_eq(resid_namespace(&c->referrer_id), resid_namespace(id)))
        return true;
    for (size_t i = c->places.len - c->subject_places; i < c->places.len; i++) {
        if (span_eq(c->places.items[i], resource_namespace(r)))
            return true;
    }
    return false;
}

static bool in_reach(const struct candidates *c, const struct resource *r)
{
    struct resid id = resource_id(r);
    if (!in_places(c, r, &id))
        return false;
    return c->referrer_id.cluster_scoped || id.cluster_scoped ||
           span_is(id.gvk.kind, "ServiceAccount") ||
           span_eq(resid_namespace(&c->referrer_id), resid_namespace(&id));
}

// A reference that names a namespace means the resources that were in it, or, when there are none
// (`original` is false), those that are.
static bool in_namespace(const struct resource *r, const struct span *ns, bool original)
{
    if (!ns)
        return true;
    struct resid id = original ? resource_original_id(r) : resource_id(r);
    struct span own = resid_namespace(&id);
    return span_eq(own, *ns) && !span_is(own, RESID_NO_NAMESPACE);
}

// Whether anything that the referrer can mean was in `ns` at first.
static bool was_namespace(const struct candidates *c, struct span ns)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span any = SPAN("*");
    size_t count = c->places.len ? c->places.len : 1;
    for (size_t i = 0; i < count; i++) {
        place_key(&key, c->places.len ? c->places.items[i] : any, ns);
        if (map_get(&c->moves, buf_span(&key)))
            return true;
    }
    return false;
}

static void sieve(struct candidates *c, const struct name_in_field *n, bool original,
                  const struct resource_list *list, struct resource_list *out)
{
    for (size_t i = 0; list && i < list->len; i++) {
        struct resource *r = list->items[i];
        if (previous_selected(r, n->target) && in_namespace(r, n->ns, original) &&
            fits_role_ref(c, n, r) && in_reach(c, r))
            vec_push_arena(c->kust->arena, out, r);
    }
}

static int by_order(const void *a, const void *b)
{
    const struct resource *x = *(struct resource *const *)a, *y = *(struct resource *const *)b;
    return x->mark < y->mark ? -1 : x->mark > y->mark;
}

static void find(struct candidates *c, const struct name_in_field *n, struct resource_list *out)
{
    bool original = n->ns && was_namespace(c, *n->ns);
    if (!c->places.len) {
        sieve(c, n, original, map_get(&c->by_name, n->name), out);
        return;
    }
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    for (size_t i = 0; i < c->places.len; i++) {
        place_key(&key, c->places.items[i], n->name);
        sieve(c, n, original, map_get(&c->by_place, buf_span(&key)), out);
    }
    if (out->len > 1)
        qsort(out->items, out->len, sizeof(*out->items), by_order);
}

static void keep_same_affixes(const struct candidates *c, struct resource_list *list,
                              bool allow_empty)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->len; i++) {
        if (resource_same_affixes(list->items[i], c->referrer, allow_empty))
            list->items[kept++] = list->items[i];
    }
    list->len = kept;
}

static bool all_alike(const struct resource_list *list, bool with_namespace)
{
    for (size_t i = 1; i < list->len; i++) {
        if (!span_eq(resource_name(list->items[0]), resource_name(list->items[i])))
            return false;
        if (with_namespace &&
            !span_eq(resource_namespace(list->items[0]), resource_namespace(list->items[i])))
            return false;
    }
    return true;
}

static int ambiguous(struct candidates *c, const struct name_in_field *n,
                     const struct resource_list *list, struct err **err)
{
    struct kust *k = c->kust;
    const char *first = resource_text(k, list->items[0]);
    const char *second = resource_text(k, list->items[1]);
    kust_fail(k, n->field, err, "%s: '%.*s' could mean %s (%s) or %s (%s)",
              resource_text(k, c->referrer), SPAN_ARG(n->name), first,
              resource_where(k, list->items[0]), second, resource_where(k, list->items[1]));
    return err_hint(err, "give the two different names in their own files");
}

int candidates_choose(struct candidates *c, const struct name_in_field *n, struct resource **out,
                      struct err **err)
{
    struct resource_list list = {0};
    *out = NULL;
    find(c, n, &list);
    if (list.len != 1)
        keep_same_affixes(c, &list, true);
    if (list.len > 1)
        keep_same_affixes(c, &list, false);
    if (list.len > 1 && !all_alike(&list, n->namespace_follows))
        return ambiguous(c, n, &list, err);
    if (list.len)
        *out = list.items[0];
    return 0;
}

void candidates_free(struct candidates *c)
{
    map_free(&c->by_name);
    map_free(&c->by_place);
    map_free(&c->moves);
}
