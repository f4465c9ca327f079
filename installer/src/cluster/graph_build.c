// SPDX-License-Identifier: Apache-2.0
// Building the graph: from each object to what it made.
#include "cluster/graph_build.h"

#include <stdint.h>

#include "base/map.h"
#include "cluster/grown.h"
#include "cluster/judge.h"
#include "cluster/pods.h"
#include "model/flux.h"

struct builder {
    struct graph *graph;
    struct map places; // "group/kind/ns/name" to item index + 1
    struct grown grown;
    size_t layer;
};

static const char *label_of(struct arena *arena, struct span kind, struct span ns, struct span name)
{
    if (!ns.len)
        return arena_printf(arena, "%.*s %.*s", SPAN_ARG(kind), SPAN_ARG(name));
    return arena_printf(arena, "%.*s %.*s/%.*s", SPAN_ARG(kind), SPAN_ARG(ns), SPAN_ARG(name));
}

// Adds an object unless it is there already or of a kind that is always ready; `wanted` as in
// struct graph_item.
static void add(struct builder *b, struct span group, struct span kind, struct span ns,
                struct span name, const struct node *wanted, int parent)
{
    struct graph *g = b->graph;
    struct graph_item item = {.group = group, .kind = kind, .name = name, .wanted = wanted};
    char *key;

    if (ready_kind_is_static(group, kind) || span_is(kind, "CustomResourceDefinition"))
        return;
    item.ns = ns;
    item.layer = b->layer;
    item.parent = parent;
    key = arena_printf(g->arena, "%.*s/%.*s/%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(kind),
                       SPAN_ARG(ns), SPAN_ARG(name));
    if (map_get(&b->places, span_str(key)))
        return;
    item.label = label_of(g->arena, kind, ns, name);
    vec_push_arena(g->arena, &g->items, item);
    map_put(&b->places, span_str(key), (void *)(uintptr_t)g->items.len);
}

static void add_inventory(struct builder *b, const struct node *object, int parent)
{
    struct flux_ref ref;

    NODE_FOREACH_ITEM (entry, node_path(object, "status", "inventory", "entries")) {
        if (flux_inventory_entry(entry, &ref))
            add(b, ref.group, ref.kind, ref.ns, ref.name, NULL, parent);
    }
}

// An object of the cluster or the tree.
static void add_object(struct builder *b, const struct node *object, const struct node *wanted,
                       int parent)
{
    const struct node *metadata = node_get(object, "metadata");
    struct span group, version;

    if (!span_cut(node_get_text(object, "apiVersion"), '/', &group, &version))
        group = SPAN_EMPTY;
    add(b, group, node_get_text(object, "kind"), node_get_text(metadata, "namespace"),
        node_get_text(metadata, "name"), wanted, parent);
}

static void add_labelled(struct builder *b, const struct graph_item *item, int parent)
{
    const struct grown_list *list = grown_of_release(&b->grown, item->ns, item->name);

    for (size_t i = 0; list && i < list->objects.len; i++)
        add_object(b, list->objects.items[i], NULL, parent);
}

static void expand(struct builder *b, size_t i)
{
    struct graph_item item = b->graph->items.items[i];

    if (!item.object)
        return;
    if (span_is(item.kind, "Kustomization") || span_is(item.kind, "HelmRelease"))
        add_inventory(b, item.object, (int)i);
    if (span_is(item.kind, "HelmRelease"))
        add_labelled(b, &item, (int)i);
}

static void mark_parents(struct graph *g)
{
    for (size_t i = g->items.len; i-- > 0;) {
        const struct graph_item *item = &g->items.items[i];
        bool unready = item->ready.state != READY_OK || item->has_unready_child;

        if (unready && item->parent != GRAPH_NO_PARENT)
            g->items.items[item->parent].has_unready_child = true;
    }
}

void graph_build(struct graph *g, const struct facts *facts, const struct layers *layers,
                 size_t last)
{
    struct builder b = {.graph = g};
    struct pods pods;
    size_t done = 0;

    g->arena = arena_new();
    grown_collect(&b.grown, facts->informers, g->arena);
    pods_collect(&pods, facts->informers, g->arena);
    for (b.layer = 0; b.layer <= last && b.layer < layers->count; b.layer++) {
        const struct layer *layer = &layers->items[b.layer];

        for (size_t i = 0; i < layer->count; i++)
            add_object(&b, layer->objects[i], layer->objects[i], GRAPH_NO_PARENT);
        for (; done < g->items.len; done++) {
            judge_item(facts, &pods, g, done);
            expand(&b, done);
        }
    }
    mark_parents(g);
    map_free(&b.places);
    grown_free(&b.grown);
    pods_free(&pods);
}
