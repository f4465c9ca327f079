// SPDX-License-Identifier: Apache-2.0
// Ways through the graph.
#include "cluster/graph/graph.h"

void graph_free(struct graph *g)
{
    arena_free(g->arena);
    *g = (struct graph){0};
}

int graph_release_of(const struct graph *g, size_t i)
{
    int at = (int)i;

    while (at != GRAPH_NO_PARENT && !span_is(g->items.items[at].id.kind, "HelmRelease"))
        at = g->items.items[at].parent;
    return at;
}

bool graph_is_leaf(const struct graph_item *item)
{
    return item->ready.state != READY_OK && !item->has_unready_child;
}
