// SPDX-License-Identifier: Apache-2.0
// The layers of a tree, as all of work sees them: names, and the objects that are applied.
#ifndef CLUSTER_GRAPH_LAYER_H
#define CLUSTER_GRAPH_LAYER_H

#include <stddef.h>

#include "base/vec.h"
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

// Applied right behind an object of the tree, by a field manager of its own: what somebody else
// than the tree has to say of the object.
struct layers_patch {
    const struct node *object; // apiVersion, kind, metadata and the fields in question
    const char *manager;
};
struct layers_patches {
    VEC(struct layers_patch) items;
};

#endif
