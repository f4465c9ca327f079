// SPDX-License-Identifier: Apache-2.0
// Objects from YAML text, and helpers on their metadata.
#include "model/kustomize/resource/objects.h"

#include <stdlib.h>

#include "model/kustomize/scalar.h"

#define NOTES "internal.config.kubernetes.io/"

static bool set(const struct node *n)
{
    return n && n->type != NODE_NULL && scalar_raw(n).len > 0;
}

int objects_check(struct kust *k, const struct node *n, struct err **err)
{
    if (n->type != NODE_MAP) {
        kust_fail(k, n, err, "expected an object (a map), found %s", node_type_name(n));
        return err_hint(err, "a resource has apiVersion, kind and metadata.name");
    }
    struct node *kind = node_get(n, "kind");
    struct node *name = node_path(n, "metadata", "name");
    if (!set(kind))
        return kust_fail(k, n, err, "this object has no kind");
    if (!set(name) && !span_ends(scalar_raw(kind), "List"))
        return kust_fail(k, n, err, "this %.*s has no metadata.name", SPAN_ARG(scalar_raw(kind)));
    return 0;
}

// A file that is one List: its items stand for themselves.
static bool is_wrapper(const struct node *n)
{
    struct span kind = scalar_raw(node_get(n, "kind"));
    return (span_is(kind, "List") || span_is(kind, "ResourceList")) &&
           (node_get(n, "items") || node_get(n, "functionConfig"));
}

static bool nothing(const struct node *n)
{
    return !n || n->type == NODE_NULL || (!scalar_is(n) && !node_len(n));
}

static void split_csv(struct kust *k, struct span text, struct span *out, size_t *count, size_t max)
{
    struct span part;
    *count = 0;
    for (bool more = true; more && *count < max;) {
        size_t at = span_find(text, ',');
        more = at < text.len;
        part = span_head(text, at);
        text = span_tail(text, at + 1);
        out[(*count)++] = arena_span(k->arena, part);
    }
}

#define NOTE_PARTS 64

static void absorb_ids(struct kust *k, struct resource *r, const struct node *map)
{
    struct span names[NOTE_PARTS], spaces[NOTE_PARTS], kinds[NOTE_PARTS];
    size_t n = 0, s = 0, t = 0;
    struct node *list = node_get(map, NOTES "previousNames");
    if (!list)
        return;
    split_csv(k, scalar_raw(list), names, &n, NOTE_PARTS);
    split_csv(k, scalar_raw(node_get(map, NOTES "previousNamespaces")), spaces, &s, NOTE_PARTS);
    split_csv(k, scalar_raw(node_get(map, NOTES "previousKinds")), kinds, &t, NOTE_PARTS);
    for (size_t i = 0; i < n && i < s && i < t; i++)
        resource_add_previous(k, r, names[i], spaces[i], kinds[i]);
}

static void absorb_affixes(struct kust *k, struct resource *r, const struct node *map)
{
    struct span parts[NOTE_PARTS];
    size_t n = 0;
    struct node *prefixes = node_get(map, NOTES "prefixes");
    struct node *suffixes = node_get(map, NOTES "suffixes");
    if (prefixes)
        split_csv(k, scalar_raw(prefixes), parts, &n, NOTE_PARTS);
    for (size_t i = 0; prefixes && i < n; i++)
        vec_push_arena(k->arena, &r->prefixes, parts[i]);
    if (suffixes)
        split_csv(k, scalar_raw(suffixes), parts, &n, NOTE_PARTS);
    for (size_t i = 0; suffixes && i < n; i++)
        vec_push_arena(k->arena, &r->suffixes, parts[i]);
}

// Takes annotations that kustomize would read as its own notes into the resource.
static void absorb_notes(struct kust *k, struct resource *r)
{
    static const char *const notes[] = {NOTES "previousKinds",
                                        NOTES "previousNames",
                                        NOTES "prefixes",
                                        NOTES "suffixes",
                                        NOTES "previousNamespaces",
                                        NOTES "allowNameChange",
                                        NOTES "allowKindChange",
                                        NOTES "refBy",
                                        NOTES "generatorBehavior",
                                        NOTES "needsHashSuffix",
                                        NOTES "path",
                                        NOTES "index",
                                        NOTES "seqindent",
                                        NOTES "id",
                                        NOTES "helm-generated",
                                        NOTES "annotations-migration-resource-id",
                                        "config.kubernetes.io/path",
                                        "config.kubernetes.io/index",
                                        "config.k8s.io/id"};
    struct node *map = node_path(r->node, "metadata", "annotations");
    bool any = false;
    NODE_FOREACH_PAIR (pair, map)
        any = any || span_starts(pair->key, NOTES) || span_starts(pair->key, "config.k");
    if (!any)
        return;
    absorb_ids(k, r, map);
    absorb_affixes(k, r, map);
    r->add_hash = span_is(scalar_raw(node_get(map, NOTES "needsHashSuffix")), "enabled");
    r->allow_name_change = span_is(scalar_raw(node_get(map, NOTES "allowNameChange")), "enabled");
    r->allow_kind_change = span_is(scalar_raw(node_get(map, NOTES "allowKindChange")), "enabled");
    struct span behavior = scalar_raw(node_get(map, NOTES "generatorBehavior"));
    if (span_is(behavior, "merge"))
        r->behavior = BEHAVIOR_MERGE;
    else if (span_is(behavior, "replace"))
        r->behavior = BEHAVIOR_REPLACE;
    r->helm = span_is(scalar_raw(node_get(map, NOTES "helm-generated")), "true");
    for (size_t i = 0; i < ARRAY_LEN(notes); i++)
        r->built = node_remove(map, span_str(notes[i])) || r->built;
}

// Lists of any kind are expanded; their items come after everything else, as in kustomize.
static int expand(struct kust *k, struct node_list *queue, struct resource_list *out,
                  struct err **err)
{
    for (size_t i = 0; i < queue->len; i++) {
        struct node *n = queue->items[i];
        if (nothing(n))
            continue;
        if (objects_check(k, n, err) < 0)
            return -1;
        struct node *items = node_get(n, "items");
        if (!items || !span_ends(scalar_raw(node_get(n, "kind")), "List")) {
            struct resource *r = resource_new(k, n);
            absorb_notes(k, r);
            vec_push_arena(k->arena, out, r);
            continue;
        }
        if (items->type != NODE_SEQ && items->type != NODE_NULL)
            return kust_fail(k, items, err, "items of a list: expected a list, found %s",
                             node_type_name(items));
        // kustomize takes the items out of the list as JSON.
        node_settle_empty(n);
        for (size_t j = 0; j < node_len(items); j++)
            vec_push_arena(k->arena, queue, node_item(items, j));
    }
    return 0;
}

int objects_read(struct kust *k, struct span text, const char *name, struct resource_list *out,
                 struct err **err)
{
    struct node_list read = {0};
    if (doc_read_yaml(k->doc, text, name, &read, err) < 0)
        return -1;
    struct node_list queue = {0};
    if (read.len == 1 && is_wrapper(read.items[0])) {
        NODE_FOREACH_ITEM (item, node_get(read.items[0], "items"))
            vec_push_arena(k->arena, &queue, item);
    } else {
        queue = read;
    }
    return expand(k, &queue, out, err);
}

struct node *objects_meta_map(struct kust *k, struct resource *r, const char *field)
{
    struct node *meta = node_get(r->node, "metadata");
    if (!meta || meta->type != NODE_MAP) {
        node_set(k->doc, r->node, SPAN("metadata"), node_new_map(k->doc));
        meta = node_get(r->node, "metadata");
    }
    struct node *map = node_get(meta, field);
    if (!map || map->type != NODE_MAP) {
        node_set(k->doc, meta, span_str(field), node_new_map(k->doc));
        map = node_get(meta, field);
    }
    return map;
}

void objects_normalize(struct kust *k, struct resource *r, const char *field)
{
    struct node *meta = node_get(r->node, "metadata");
    struct node *map = node_get(meta, field);
    if (!map)
        return;
    if (!node_len(map) || map->type != NODE_MAP) {
        (void)node_remove(meta, span_str(field));
        return;
    }
    NODE_FOREACH_PAIR (pair, map) {
        struct node *fresh = scalar_new_string(k->doc, scalar_raw(pair->value));
        fresh->file = pair->value->file;
        fresh->line = pair->value->line;
        pair->value = fresh;
    }
}
