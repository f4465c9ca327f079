// SPDX-License-Identifier: Apache-2.0
// The layers of a tree, as all of work sees them: names, and the objects that are applied.
#ifndef CLUSTER_LAYER_H
#define CLUSTER_LAYER_H

#include <stddef.h>

#include "io/doc.h"

struct layer {
    const char *name;
    const struct node **objects; // in tree order
    size_t count;
};

// The layers in order; plain data, all borrowed from the rendered tree and an arena.
struct layers {
    struct layer *items;
    size_t count;
};

#endif
