// SPDX-License-Identifier: Apache-2.0
// Waves: what goes before what.
#ifndef WORK_TEARDOWN_PLAN_LEVELS_H
#define WORK_TEARDOWN_PLAN_LEVELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/vec.h"

// One of a number of things that are taken down.
struct levels_item {
    int layer;   // higher ones go first; the unknown one, -1, before all
    int rank;    // higher ones go first, within a level
    bool late;   // after the others of its level
    size_t wave; // the result
};

struct levels_edge {
    size_t first, then; // indexes of items
};

struct levels {
    VEC(struct levels_item) items;
    VEC(struct levels_edge) edges;
};

// Gives each its wave, from 0 on without a gap: layer by layer, and in each all that is `first` of
// an edge in an earlier wave than `then`. Edges that close a circle do not count: the first of them
// is in *circle (an index), which is false when there is none.
bool levels_order(struct levels *l, size_t *circle);
void levels_free(struct levels *l);

#endif
