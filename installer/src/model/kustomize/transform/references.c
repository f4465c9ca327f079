// SPDX-License-Identifier: Apache-2.0
// Name references: when a resource was renamed, the fields of others that hold its name follow.
// Candidates come from an index of earlier names, not from a scan of all resources.
#include "base/buf.h"
#include "model/kustomize/scalar.h"
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
    struct map by_name;  // earlier name: its resources, in order
    struct map by_place; // "<namespace of now>\n<earlier name>": the same
    struct map moves;    // "<namespace of now, or *>\n<first namespace>" of any resource
    struct map by_kind;  // "<group>\n<version>\n<kind>" of referrers: reference_list
    // Of the referrer at hand:
    struct resource *referrer;
    struct resid referrer_id;
    VEC(struct span) places; // namespaces that it can refer to; none: all
    size_t subject_places;   // how many at their end only count for targets that name them
    const struct reference *reference;
};

static void index_add(struct fixing *f, struct map *map, struct span key, struct resource *r)
{
    struct resource_list *list = map_get(map, key);
    if (!list) {
        list = ARENA_NEW(f->kust->arena, struct resource_list);
        (void)map_put(map, arena_span(f->kust->arena, key), list);
    }
    if (!list->len || list->items[list->len - 1] != r)
        vec_push_arena(f->kust->arena, list, r);
}

static void place_key(struct buf *key, struct span ns, struct span name)
{
    buf_truncate(key, 0);
    buf_add_span(key, ns);
    buf_add_char(key, '\n');
    buf_add_span(key, name);
}

// Indexes all that ever had another identity; `mark` is their order.
static void index_renamed(struct fixing *f, const struct resmap *m)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        r->mark = (uint32_t)i;
        if (resource_empty(r))
            continue;
        struct resid id = resource_id(r), first = resource_original_id(r);
        place_key(&key, resid_namespace(&id), resid_namespace(&first));
        index_add(f, &f->moves, buf_span(&key), r);
        place_key(&key, SPAN("*"), resid_namespace(&first));
        index_add(f, &f->moves, buf_span(&key), r);
        for (size_t j = 0; j < r->previous.len; j++) {
            struct span name = r->previous.items[j].name;
            index_add(f, &f->by_name, name, r);
            place_key(&key, resid_namespace(&id), name);
            index_add(f, &f->by_place, buf_span(&key), r);
        }
    }
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
static bool fits_role_ref(const struct fixing *f, const struct resource *r)
{
    if (!f->reference->role_ref)
        return true;
    struct node *ref = node_get(f->referrer->node, "roleRef");
    struct node *group = node_get(ref, "apiGroup"), *kind = node_get(ref, "kind");
    if (!group || !kind)
        return true;
    struct gvk wanted = {scalar_raw(group), SPAN_EMPTY, scalar_raw(kind)};
    return previous_selected(r, &wanted);
}

// kustomize compares the namespaces of a role binding's subjects as they are written: a target
// without a namespace is not in "default".
static bool in_places(const struct fixing *f, const struct resource *r, const struct resid *id)
{
    if (!f->places.len || id->cluster_scoped ||
        span_eq(resid_namespace(&f->referrer_id), resid_namespace(id)))
        return true;
    for (size_t i = f->places.len - f->subject_places; i < f->places.len; i++) {
        if (span_eq(f->places.items[i], resource_namespace(r)))
            return true;
    }
    return false;
}

static bool in_reach(const struct fixing *f, const struct resource *r)
{
    struct resid id = resource_id(r);
    if (!in_places(f, r, &id))
        return false;
    return f->referrer_id.cluster_scoped || id.cluster_scoped ||
           span_is(id.gvk.kind, "ServiceAccount") ||
           span_eq(resid_namespace(&f->referrer_id), resid_namespace(&id));
}

// A reference that names a namespace means the resources that were in it, or, when there are none,
// those that are. `ns` is NULL when it names none.
struct namespace_rule {
    const struct span *ns;
    bool original;
};

static bool in_namespace(const struct resource *r, const struct namespace_rule *rule)
{
    if (!rule->ns)
        return true;
    struct resid id = rule->original ? resource_original_id(r) : resource_id(r);
    struct span own = resid_namespace(&id);
    return span_eq(own, *rule->ns) && !span_is(own, RESID_NO_NAMESPACE);
}

static void sieve(struct fixing *f, const struct resource_list *list,
                  const struct namespace_rule *rule, struct resource_list *out)
{
    for (size_t i = 0; list && i < list->len; i++) {
        struct resource *r = list->items[i];
        if (previous_selected(r, f->reference->target) && in_namespace(r, rule) &&
            fits_role_ref(f, r) && in_reach(f, r))
            vec_push_arena(f->kust->arena, out, r);
    }
}

static int by_order(const void *a, const void *b)
{
    const struct resource *x = *(struct resource *const *)a, *y = *(struct resource *const *)b;
    return x->mark < y->mark ? -1 : x->mark > y->mark;
}

static void find_candidates(struct fixing *f, struct span name, const struct namespace_rule *rule,
                            struct resource_list *out)
{
    if (!f->places.len) {
        sieve(f, map_get(&f->by_name, name), rule, out);
        return;
    }
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    for (size_t i = 0; i < f->places.len; i++) {
        place_key(&key, f->places.items[i], name);
        sieve(f, map_get(&f->by_place, buf_span(&key)), rule, out);
    }
    if (out->len > 1)
        qsort(out->items, out->len, sizeof(*out->items), by_order);
}

static void keep_same_affixes(const struct fixing *f, struct resource_list *list, bool allow_empty)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->len; i++) {
        if (resource_same_affixes(list->items[i], f->referrer, allow_empty))
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

static int ambiguous(struct fixing *f, const struct node *field, struct span name,
                     const struct resource_list *list, struct err **err)
{
    struct kust *k = f->kust;
    const char *first = resource_text(k, list->items[0]);
    const char *second = resource_text(k, list->items[1]);
    kust_fail(k, field, err, "%s: '%.*s' could mean %s (%s) or %s (%s)",
              resource_text(k, f->referrer), SPAN_ARG(name), first,
              resource_where(k, list->items[0]), second, resource_where(k, list->items[1]));
    return err_hint(err, "give the two different names in their own files");
}

// The resource that a name means, or NULL when none was renamed.
static int choose(struct fixing *f, const struct node *field, struct span name,
                  struct resource_list *list, bool with_namespace, struct resource **out,
                  struct err **err)
{
    *out = NULL;
    if (list->len != 1)
        keep_same_affixes(f, list, true);
    if (list->len > 1)
        keep_same_affixes(f, list, false);
    if (list->len > 1 && !all_alike(list, with_namespace))
        return ambiguous(f, field, name, list, err);
    if (list->len)
        *out = list->items[0];
    return 0;
}

static int fix_scalar(struct fixing *f, struct node *field, struct err **err)
{
    struct span name = scalar_raw(field);
    struct resource_list list = {0};
    struct namespace_rule any = {NULL, false};
    struct resource *target = NULL;
    find_candidates(f, name, &any, &list);
    if (choose(f, field, name, &list, false, &target, err) < 0)
        return -1;
    if (!target)
        return 0;
    struct span now = resource_name(target);
    if (!span_eq(now, name))
        scalar_set_text(f->kust->doc, field, now);
    return 0;
}

// Whether anything that the referrer can mean was in `ns` at first.
static bool was_namespace(const struct fixing *f, struct span ns)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span any = SPAN("*");
    size_t count = f->places.len ? f->places.len : 1;
    for (size_t i = 0; i < count; i++) {
        place_key(&key, f->places.len ? f->places.items[i] : any, ns);
        if (map_get(&f->moves, buf_span(&key)))
            return true;
    }
    return false;
}

// {name, namespace}: both follow.
static int fix_map(struct fixing *f, struct node *map, struct err **err)
{
    struct kust *k = f->kust;
    struct node *name_node = node_get(map, "name");
    struct node *ns_node = node_get(map, "namespace");
    if (!name_node)
        return kust_fail(k, map, err, "%s: field %.*s: expected a map with a name",
                         resource_text(k, f->referrer), SPAN_ARG(f->reference->spec->path));
    struct span name = scalar_raw(name_node), ns = scalar_raw(ns_node);
    struct resource_list list = {0};
    struct namespace_rule rule = {ns_node ? &ns : NULL, ns_node && was_namespace(f, ns)};
    struct resource *target = NULL;
    find_candidates(f, name, &rule, &list);
    if (choose(f, name_node, name, &list, true, &target, err) < 0)
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
                             resource_text(f->kust, f->referrer),
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

static void add_place(struct fixing *f, struct span ns)
{
    for (size_t i = 0; i < f->places.len; i++) {
        if (span_eq(f->places.items[i], ns))
            return;
    }
    vec_push_arena(f->kust->arena, &f->places, ns);
}

// The namespaces whose resources the referrer can mean: its own, none, and for role bindings those
// of its service accounts.
static int find_places(struct fixing *f, struct err **err)
{
    struct kust *k = f->kust;
    f->places.len = f->subject_places = 0;
    if (f->referrer_id.cluster_scoped)
        return 0;
    add_place(f, resid_namespace(&f->referrer_id));
    add_place(f, SPAN(RESID_NO_NAMESPACE));
    if (!span_is(f->referrer_id.gvk.kind, "RoleBinding"))
        return 0;
    NODE_FOREACH_ITEM (subject, node_get(f->referrer->node, "subjects")) {
        struct node *ns = node_get(subject, "namespace");
        if (!ns || !span_is(scalar_raw(node_get(subject, "kind")), "ServiceAccount"))
            continue;
        if (ns->type != NODE_STRING)
            return kust_fail(k, ns, err, "%s: the namespace of a subject is blank",
                             resource_text(k, f->referrer));
        add_place(f, ns->text);
    }
    f->subject_places = f->places.len - 2;
    return 0;
}

static int fix_referrer(struct fixing *f, struct resource *r, struct err **err)
{
    struct resid first = resource_original_id(r);
    const struct reference_list *list = references_of(f, &first.gvk);
    f->referrer = r;
    f->referrer_id = resource_id(r);
    f->walk.resource = r;
    if (find_places(f, err) < 0)
        return -1;
    for (size_t i = 0; i < list->len; i++) {
        f->reference = &list->items[i];
        if (walk_path(&f->walk, f->reference->spec, r->node, err) < 0)
            return -1;
    }
    return 0;
}

int transform_references(struct kust *k, struct resmap *m, const struct transformer_config *config,
                         struct err **err)
{
    struct fixing f = {.walk = {k, NULL, WALK_FIND, fix_field, NULL}, .kust = k, .config = config};
    f.walk.data = &f;
    index_renamed(&f, m);
    int rc = 0;
    for (size_t i = 0; i < m->len && rc == 0; i++) {
        if (!resource_empty(m->items[i]))
            rc = fix_referrer(&f, m->items[i], err);
    }
    map_free(&f.by_name);
    map_free(&f.by_place);
    map_free(&f.moves);
    map_free(&f.by_kind);
    resmap_changed(m);
    return rc;
}
