// SPDX-License-Identifier: Apache-2.0
// Resources: reading and changing their identity.
#include "model/kustomize/resource/resource.h"

#include "base/identity.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/schema/schema.h"

struct resource *resource_new(struct kust *k, struct node *node)
{
    struct resource *r = ARENA_NEW(k->arena, struct resource);
    r->node = node;
    r->schemas = k->schemas;
    r->file = node ? doc_file_name(k->doc, node->file) : "";
    r->line = node ? node->line : 0;
    return r;
}

struct resource *resource_copy(struct kust *k, const struct resource *r)
{
    struct resource *copy = ARENA_NEW(k->arena, struct resource);
    *copy = *r;
    copy->node = r->node ? node_copy(k->doc, r->node) : NULL;
    // Full lists are copied when they grow; sharing them is safe only then.
    copy->previous.cap = copy->previous.len;
    copy->prefixes.cap = copy->prefixes.len;
    copy->suffixes.cap = copy->suffixes.len;
    copy->var_names.cap = copy->var_names.len;
    copy->transformations.cap = copy->transformations.len;
    return copy;
}

bool resource_empty(const struct resource *r)
{
    return !r->node || r->node->type == NODE_NULL || !node_len(r->node);
}

struct span resource_api_version(const struct resource *r)
{
    return scalar_raw(node_get(r->node, "apiVersion"));
}

struct span resource_kind(const struct resource *r)
{
    return scalar_raw(node_get(r->node, "kind"));
}

static struct span meta_text(const struct resource *r, const char *field)
{
    struct node *n = node_get(node_get(r->node, "metadata"), field);
    return n && n->type != NODE_NULL ? scalar_raw(n) : SPAN_EMPTY;
}

struct span resource_name(const struct resource *r)
{
    return meta_text(r, "name");
}

struct span resource_namespace(const struct resource *r)
{
    return meta_text(r, "namespace");
}

struct gvk resource_gvk(const struct resource *r)
{
    struct gvk g = {.kind = resource_kind(r)};
    identity_split(resource_api_version(r), &g.group, &g.version);
    return g;
}

bool resource_cluster_scoped(const struct resource *r)
{
    return schema_scope(r->schemas, resource_api_version(r), resource_kind(r)) == SCOPE_CLUSTER;
}

struct resid resource_id(const struct resource *r)
{
    struct resid id = {.gvk = resource_gvk(r)};
    struct node *meta = node_get(r->node, "metadata");
    struct node *name = node_get(meta, "name");
    struct node *ns = node_get(meta, "namespace");
    id.name = name && name->type != NODE_NULL ? scalar_raw(name) : SPAN_EMPTY;
    id.ns = ns && ns->type != NODE_NULL ? scalar_raw(ns) : SPAN_EMPTY;
    id.cluster_scoped = resource_cluster_scoped(r);
    return id;
}

struct resid resource_previous_id(const struct resource *r, size_t i)
{
    struct resid id = {.gvk = resource_gvk(r)};
    id.gvk.kind = r->previous.items[i].kind;
    id.name = r->previous.items[i].name;
    id.ns = r->previous.items[i].ns;
    return id;
}

struct resid resource_original_id(const struct resource *r)
{
    return r->previous.len ? resource_previous_id(r, 0) : resource_id(r);
}

void resource_add_previous(struct kust *k, struct resource *r, struct span name, struct span ns,
                           struct span kind)
{
    r->built = true;
    vec_push_arena(k->arena, &r->previous, ((struct previous){name, ns, kind}));
}

void resource_store_id(struct kust *k, struct resource *r)
{
    struct resid id = resource_id(r);
    resource_add_previous(k, r, id.name, resid_namespace(&id), id.gvk.kind);
}

static struct node *metadata(struct kust *k, struct resource *r)
{
    struct node *meta = node_get(r->node, "metadata");
    if (meta && meta->type == NODE_MAP)
        return meta;
    meta = node_new_map(k->doc);
    node_set(k->doc, r->node, SPAN("metadata"), meta);
    return meta;
}

// What is there keeps its quotes, so that a plain value stays plain; a new one gets what it needs.
static void set_text(struct kust *k, struct node *map, const char *field, struct span text)
{
    struct node *old = node_get(map, field);
    if (old && scalar_is(old))
        scalar_set_text(k->doc, old, text);
    else
        node_set(k->doc, map, span_str(field), scalar_new_string(k->doc, text));
}

void resource_set_name(struct kust *k, struct resource *r, struct span name)
{
    set_text(k, metadata(k, r), "name", name);
}

void resource_set_kind(struct kust *k, struct resource *r, struct span kind)
{
    set_text(k, r->node, "kind", kind);
}

void resource_set_namespace(struct kust *k, struct resource *r, struct span ns)
{
    if (ns.len)
        set_text(k, metadata(k, r), "namespace", ns);
    else
        node_remove(node_get(r->node, "metadata"), SPAN("namespace"));
}

static bool same_end(const struct span *a, size_t a_len, const struct span *b, size_t b_len)
{
    size_t shared = a_len < b_len ? a_len : b_len;
    if (!shared)
        return a_len == b_len;
    for (size_t i = 1; i <= shared; i++) {
        if (!span_eq(a[a_len - i], b[b_len - i]))
            return false;
    }
    return true;
}

bool resource_same_affixes(const struct resource *a, const struct resource *b, bool allow_empty)
{
    bool no_prefix = allow_empty && (!a->prefixes.len || !b->prefixes.len);
    bool no_suffix = allow_empty && (!a->suffixes.len || !b->suffixes.len);
    return (no_prefix ||
            same_end(a->prefixes.items, a->prefixes.len, b->prefixes.items, b->prefixes.len)) &&
           (no_suffix ||
            same_end(a->suffixes.items, a->suffixes.len, b->suffixes.items, b->suffixes.len));
}

const char *resource_text(struct kust *k, const struct resource *r)
{
    struct resid id = resource_id(r);
    return resid_text(k->arena, &id);
}

const char *resource_where(struct kust *k, const struct resource *r)
{
    if (!r->file || !*r->file)
        return r->origin && *r->origin->configured_in ? r->origin->configured_in : "generated";
    return r->line ? arena_printf(k->arena, "%s:%u", r->file, r->line) : r->file;
}
