// SPDX-License-Identifier: Apache-2.0
// Name references: when a resource was renamed, the fields of others that hold its name follow.
#include "base/buf.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/candidates.h"
#include "model/kustomize/transform/transform.h"

// One field of one kind and what it refers to.
struct reference {
    const struct fieldspec *spec;
    const struct gvk *target;
    bool role_ref;
};

struct reference_list {
    VEC(struct reference);
};

struct fixing {
    struct walk walk;
    struct kust *kust;
    const struct transformer_config *config;
    struct candidates candidates;
    struct map by_kind;                // "<group>\n<version>\n<kind>" of referrers: reference_list
    const struct reference *reference; // at hand
};

static int fix_scalar(struct fixing *f, struct node *field, struct err **err)
{
    struct span name = scalar_raw(field);
    struct name_in_field n = {.field = field,
                              .name = name,
                              .target = f->reference->target,
                              .role_ref = f->reference->role_ref};
    struct resource *target = NULL;
    if (candidates_choose(&f->candidates, &n, &target, err) < 0)
        return -1;
    if (!target)
        return 0;
    struct span now = resource_name(target);
    if (!span_eq(now, name))
        scalar_set_text(f->kust->doc, field, now);
    return 0;
}

// {name, namespace}: both follow.
static int fix_map(struct fixing *f, struct node *map, struct err **err)
{
    struct kust *k = f->kust;
    struct node *name_node = node_get(map, "name");
    struct node *ns_node = node_get(map, "namespace");
    if (!name_node)
        return kust_fail(k, map, err, "%s: field %.*s: expected a map with a name",
                         resource_text(k, f->walk.resource), SPAN_ARG(f->reference->spec->path));
    struct span name = scalar_raw(name_node), ns = scalar_raw(ns_node);
    struct name_in_field n = {.field = name_node,
                              .name = name,
                              .ns = ns_node ? &ns : NULL,
                              .target = f->reference->target,
                              .role_ref = f->reference->role_ref,
                              .namespace_follows = true};
    struct resource *target = NULL;
    if (candidates_choose(&f->candidates, &n, &target, err) < 0)
        return -1;
    if (!target)
        return 0;
    struct span now = resource_name(target), now_ns = resource_namespace(target);
    if (span_eq(now, name) && !now_ns.len)
        return 0;
    scalar_set_text(k->doc, name_node, now);
    if (!now_ns.len)
        return 0;
    if (ns_node)
        scalar_set_text(k->doc, ns_node, now_ns);
    else
        node_set_str(k->doc, map, "namespace", now_ns);
    return 0;
}

static int fix_field(void *data, struct node *field, struct err **err)
{
    struct fixing *f = data;
    if (field->type == NODE_MAP)
        return fix_map(f, field, err);
    if (field->type != NODE_SEQ)
        return field->type == NODE_NULL ? 0 : fix_scalar(f, field, err);
    for (uint32_t i = 0; i < field->seq.len; i++) {
        struct node *item = field->seq.items[i];
        if (item->type == NODE_SEQ)
            return kust_fail(f->kust, item, err, "%s: field %.*s: expected names, found a list",
                             resource_text(f->kust, f->walk.resource),
                             SPAN_ARG(f->reference->spec->path));
        if (item->type != NODE_NULL && fix_field(f, item, err) < 0)
            return -1;
    }
    return 0;
}

// The references that resources of a kind can hold, found once per kind.
static const struct reference_list *references_of(struct fixing *f, const struct gvk *g)
{
    struct kust *k = f->kust;
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    buf_printf(&key, "%.*s\n%.*s\n%.*s", SPAN_ARG(g->group), SPAN_ARG(g->version),
               SPAN_ARG(g->kind));
    struct reference_list *list = map_get(&f->by_kind, buf_span(&key));
    if (list)
        return list;
    list = ARENA_NEW(k->arena, struct reference_list);
    VEC_FOREACH (const struct name_reference *, ref, &f->config->references) {
        VEC_FOREACH (const struct fieldspec *, spec, &ref->referrers) {
            struct reference one = {spec, &ref->target, span_ends(spec->path, "roleRef/name")};
            if (gvk_selected(g, &spec->gvk))
                vec_push_arena(k->arena, list, one);
        }
    }
    (void)map_put(&f->by_kind, arena_span(k->arena, buf_span(&key)), list);
    return list;
}

static int fix_referrer(struct fixing *f, struct resource *r, struct err **err)
{
    struct resid first = resource_original_id(r);
    const struct reference_list *list = references_of(f, &first.gvk);
    f->walk.resource = r;
    if (candidates_set_referrer(&f->candidates, r, err) < 0)
        return -1;
    VEC_FOREACH (const struct reference *, one, list) {
        f->reference = one;
        if (walk_path(&f->walk, one->spec, r->node, err) < 0)
            return -1;
    }
    return 0;
}

int transform_references(struct kust *k, struct resmap *m, const struct transformer_config *config,
                         struct err **err)
{
    struct fixing f = {.walk = {k, NULL, WALK_FIND, fix_field, NULL},
                       .kust = k,
                       .config = config,
                       .candidates = {.kust = k}};
    f.walk.data = &f;
    candidates_index(&f.candidates, m);
    int rc = 0;
    for (size_t i = 0; i < m->len && rc == 0; i++) {
        if (!resource_empty(m->items[i]))
            rc = fix_referrer(&f, m->items[i], err);
    }
    candidates_free(&f.candidates);
    map_free(&f.by_kind);
    resmap_changed(m);
    return rc;
}
