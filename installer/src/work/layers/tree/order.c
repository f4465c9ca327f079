// SPDX-License-Identifier: Apache-2.0
// Sorting the objects of a layer by Flux's order of kinds.
#include "work/layers/tree/order.h"

#include <stdlib.h>

#include "model/flux.h"

static enum order_stage stage_of(struct span kind)
{
    if (span_is(kind, "CustomResourceDefinition") || span_is(kind, "Namespace") ||
        span_is(kind, "ClusterRole"))
        return ORDER_DEFINITIONS;
    return span_ends(kind, "Class") ? ORDER_CLASSES : ORDER_REST;
}

static int compare(const void *a, const void *b)
{
    const struct order_entry *x = a, *y = b;

    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

struct order_entry *order_objects(const struct node **objects, size_t count, struct arena *arena)
{
    struct order_entry *entries = arena_array(arena, count + 1, sizeof(*entries));

    for (size_t i = 0; i < count; i++) {
        struct span kind = node_get_text(objects[i], "kind");

        entries[i] = (struct order_entry){objects[i], stage_of(kind), flux_apply_rank(kind), i};
    }
    qsort(entries, count, sizeof(*entries), compare);
    return entries;
}
