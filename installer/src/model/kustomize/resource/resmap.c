// SPDX-License-Identifier: Apache-2.0
// The ordered set of resources and its indexes. Index entries are never removed: a lookup checks
// that the resource still has the identity.
#include "model/kustomize/resource/resmap.h"

#include "model/kustomize/schema/schema.h"

struct resmap *resmap_new(struct kust *k)
{
    struct resmap *m = ARENA_NEW(k->arena, struct resmap);
    vec_push_arena(k->arena, &k->resmaps, m);
    return m;
}

static void bucket_add(struct kust *k, struct map *map, struct span key, struct resource *r)
{
    struct resource_list *list = map_get(map, key);
    if (!list) {
        list = ARENA_NEW(k->arena, struct resource_list);
        (void)map_put(map, arena_span(k->arena, key), list);
    }
    if (list->len && list->items[list->len - 1] == r)
        return;
    vec_push_arena(k->arena, list, r);
}

static void index_one(struct kust *k, struct resmap *m, struct resource *r)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct resid id = resource_id(r);
    resid_key(&id, &key);
    bucket_add(k, &m->by_id, buf_span(&key), r);
    bucket_add(k, &m->by_name, id.name, r);
    for (size_t i = 0; i < r->previous.len; i++) {
        id = resource_previous_id(r, i);
        resid_key(&id, &key);
        bucket_add(k, &m->by_id, buf_span(&key), r);
        bucket_add(k, &m->by_name, id.name, r);
    }
}

static void ensure_index(struct kust *k, struct resmap *m)
{
    if (m->indexed)
        return;
    m->indexed = true;
    for (size_t i = 0; i < m->len; i++) {
        if (!resource_empty(m->items[i]))
            index_one(k, m, m->items[i]);
    }
}

void resmap_changed(struct resmap *m)
{
    map_free(&m->by_id);
    map_free(&m->by_name);
    m->indexed = false;
}

void resmap_renamed(struct kust *k, struct resmap *m, struct resource *r)
{
    if (m->indexed && !resource_empty(r))
        index_one(k, m, r);
}

static bool id_equal(const struct resid *a, const struct resid *b)
{
    return span_eq(a->name, b->name) && gvk_equal(&a->gvk, &b->gvk) &&
           span_eq(resid_namespace(a), resid_namespace(b));
}

static bool has_id(const struct resource *r, const struct resid *id, bool current_only)
{
    struct resid own = resource_id(r);
    if (id_equal(&own, id))
        return true;
    for (size_t i = 0; !current_only && i < r->previous.len; i++) {
        own = resource_previous_id(r, i);
        if (id_equal(&own, id))
            return true;
    }
    return false;
}

// Adds `r` unless this search (k->mark) has it already.
static void found(struct kust *k, struct resource_list *out, struct resource *r)
{
    if (r->mark == k->mark)
        return;
    r->mark = k->mark;
    vec_push_arena(k->arena, out, r);
}

static void find(struct kust *k, struct resmap *m, const struct resid *id, bool current_only,
                 struct resource_list *out)
{
    ensure_index(k, m);
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    resid_key(id, &key);
    const struct resource_list *list = map_get(&m->by_id, buf_span(&key));
    k->mark++;
    for (size_t i = 0; list && i < list->len; i++) {
        struct resource *r = list->items[i];
        if (!resource_empty(r) && has_id(r, id, current_only))
            found(k, out, r);
    }
}

void resmap_find_any(struct kust *k, struct resmap *m, const struct resid *id,
                     struct resource_list *out)
{
    find(k, m, id, false, out);
}

static bool has_name(const struct resource *r, struct span name)
{
    if (span_eq(resource_name(r), name))
        return true;
    for (size_t i = 0; i < r->previous.len; i++) {
        if (span_eq(r->previous.items[i].name, name))
            return true;
    }
    return false;
}

void resmap_find_name(struct kust *k, struct resmap *m, struct span name, struct resource_list *out)
{
    ensure_index(k, m);
    const struct resource_list *list = map_get(&m->by_name, name);
    k->mark++;
    for (size_t i = 0; list && i < list->len; i++) {
        struct resource *r = list->items[i];
        if (!resource_empty(r) && has_name(r, name))
            found(k, out, r);
    }
}

int resmap_append(struct kust *k, struct resmap *m, struct resource *r, struct err **err)
{
    struct resid id = resource_id(r);
    struct resource_list same = {0};
    find(k, m, &id, true, &same);
    if (same.len) {
        const char *first = resource_where(k, same.items[0]);
        err_set(err, ERR_CONFIG, "%s: %s is defined twice, first at %s", resource_where(k, r),
                resid_text(k->arena, &id), first);
        return err_hint(err, "may not add a resource with an identity that is taken: rename one of "
                             "them, or make one a patch of the other");
    }
    if (!k->schema_set &&
        schema_scope(r->schemas, resource_api_version(r), id.gvk.kind) == SCOPE_UNKNOWN)
        k->unknown_scope = true;
    vec_push_arena(k->arena, m, r);
    index_one(k, m, r);
    return 0;
}

int resmap_append_all(struct kust *k, struct resmap *m, const struct resmap *other,
                      struct err **err)
{
    for (size_t i = 0; i < other->len; i++) {
        if (resmap_append(k, m, other->items[i], err) < 0)
            return -1;
    }
    return 0;
}

void resmap_drop_empty(struct resmap *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->len; i++) {
        if (!resource_empty(m->items[i]))
            m->items[kept++] = m->items[i];
    }
    m->len = kept;
}

int resmap_check_unique(struct kust *k, struct resmap *m, const char *what, struct err **err)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct map seen CLEANUP(map_free) = MAP_INIT;
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        if (resource_empty(r))
            continue;
        struct resid id = resource_id(r);
        resid_key(&id, &key);
        struct resource *other = map_put(&seen, arena_span(k->arena, buf_span(&key)), r);
        if (other)
            return err_set(err, ERR_CONFIG, "%s: %s turns two resources into %s (the other: %s)",
                           resource_where(k, r), what, resid_text(k->arena, &id),
                           resource_where(k, other));
    }
    return 0;
}
