// SPDX-License-Identifier: Apache-2.0
// Choosing and sorting root causes.
#include "cluster/causes.h"

#include <stdlib.h>

struct ranked {
    struct finding finding;
    size_t layer;
    size_t place; // in the graph
};

// Higher is more telling.
static int weight(const struct finding *f)
{
    if (f->blocked)
        return 0;
    if (f->state == READY_TERMINAL)
        return 5;
    if (f->state == READY_FAILING)
        return f->pod ? 4 : 3;
    return f->pod ? 2 : 1;
}

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    // An earlier layer always comes first: a later one was ready only because of it.
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (weight(&x->finding) != weight(&y->finding))
        return weight(&x->finding) > weight(&y->finding) ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static struct finding finding_of(const struct graph *g, const struct layers *layers, size_t i)
{
    const struct graph_item *item = &g->items.items[i];
    int release = graph_release_of(g, i);
    struct finding f = {
        .layer = layers->items[item->layer].name,
        .state = item->ready.state,
        .blocked = item->ready.blocked,
        .stale = item->stale,
        .object = item->label,
        .pod = item->pod,
        .container = item->container,
        .reason = arena_str(g->arena, item->ready.reason),
        .message = arena_str(g->arena, item->ready.message),
        .attempts = item->ready.attempts,
        .since = item->ready.since[0] ? arena_str(g->arena, item->ready.since) : NULL,
        .evidence = item->evidence,
    };

    if (release != GRAPH_NO_PARENT && release != (int)i)
        f.release = g->items.items[release].label;
    return f;
}

const struct finding *causes_find(struct graph *g, const struct layers *layers, size_t *count)
{
    struct ranked *ranked = arena_array(g->arena, g->items.len + 1, sizeof(*ranked));
    struct finding *out = arena_array(g->arena, g->items.len + 1, sizeof(*out));
    size_t n = 0;

    for (size_t i = 0; i < g->items.len; i++) {
        const struct graph_item *item = &g->items.items[i];

        // A suspended or stalled object is a cause of its own, whatever is below it.
        if (!graph_is_leaf(item) && item->ready.state != READY_TERMINAL)
            continue;
        ranked[n++] = (struct ranked){finding_of(g, layers, i), item->layer, i};
    }
    qsort(ranked, n, sizeof(*ranked), compare);
    for (size_t i = 0; i < n; i++)
        out[i] = ranked[i].finding;
    *count = n;
    return out;
}
