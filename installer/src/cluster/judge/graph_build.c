// SPDX-License-Identifier: Apache-2.0
// Building the graph: from each object to what it made.
#include "cluster/judge/graph_build.h"

#include <stdint.h>

#include "base/map.h"
#include "cluster/judge/judge.h"
#include "cluster/watch/grown.h"
#include "cluster/watch/pods.h"
#include "model/flux.h"

struct builder {
    struct graph *graph;
    const struct facts *facts;
    struct map places; // identity_key() to item index + 1
    struct buf text;   // a key or a label in the making
    struct grown grown;
    size_t layer;
};

// What has no state is of interest when it is missing: from the tree, or from what came to an end,
// unless that does not make it again.
static bool is_of_interest(const struct builder *b, const struct graph_item *item)
{
    if (judge_has_state(&item->id))
        return true;
    if (informers_find(b->facts->informers, &item->id) != INFORMERS_ABSENT)
        return false;
    if (item->wanted)
        return item->layer >= b->facts->first_layer;
    return b->graph->items.items[item->parent].ready.state == READY_OK &&
           !needs_in_vain(b->facts->needs, NEED_REPAIR, &item->id);
}

// Adds an object unless it is there already or of no interest; `wanted` as in struct graph_item.
static void add(struct builder *b, const struct identity *id, const struct node *wanted, int parent)
{
    struct graph *g = b->graph;
    struct graph_item item = {.id = *id, .wanted = wanted, .layer = b->layer, .parent = parent};
    struct span key;

    if (!is_of_interest(b, &item))
        return;
    key = identity_key(id, &b->text);
    if (map_get(&b->places, key))
        return;
    map_put(&b->places, arena_span(g->arena, key), (void *)(uintptr_t)(g->items.len + 1));
    buf_truncate(&b->text, 0);
    identity_format(id, &b->text);
    item.label = arena_str(g->arena, buf_str(&b->text));
    vec_push_arena(g->arena, &g->items, item);
}

static void add_inventory(struct builder *b, const struct node *object, int parent)
{
    struct identity id;

    NODE_FOREACH_ITEM (entry, node_path(object, "status", "inventory", "entries")) {
        if (flux_inventory_entry(entry, b->graph->arena, &id))
            add(b, &id, NULL, parent);
    }
}

// An object of the cluster or the tree.
static void add_object(struct builder *b, const struct node *object, const struct node *wanted,
                       int parent)
{
    struct identity id = node_identity(object);

    add(b, &id, wanted, parent);
}

static void add_labelled(struct builder *b, const struct graph_item *item, int parent)
{
    const struct grown_list *list = grown_of_release(&b->grown, &item->id);

    for (size_t i = 0; list && i < list->objects.len; i++)
        add_object(b, list->objects.items[i], NULL, parent);
}

static void expand(struct builder *b, size_t i)
{
    struct graph_item item = b->graph->items.items[i];

    if (!item.object)
        return;
    if (span_is(item.id.kind, "Kustomization") || span_is(item.id.kind, "HelmRelease"))
        add_inventory(b, item.object, (int)i);
    if (span_is(item.id.kind, "HelmRelease"))
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
    struct builder b = {.graph = g, .facts = facts, .text = BUF_INIT(BUF_TEXT_MAX)};
    struct pods pods;
    size_t done = 0;

    g->arena = arena_new();
    grown_collect(&b.grown, facts->informers, g->arena);
    pods_collect(&pods, facts->informers, facts->skew, g->arena);
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
    buf_free(&b.text);
    grown_free(&b.grown);
    pods_free(&pods);
}
