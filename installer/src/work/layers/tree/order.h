// SPDX-License-Identifier: Apache-2.0
// In which order objects of a layer are applied.
#ifndef WORK_LAYERS_TREE_ORDER_H
#define WORK_LAYERS_TREE_ORDER_H

#include "base/arena.h"
#include "io/doc.h"
#include "work/layers.h"

// Stages are applied one after the other; what defines others must be there before they come.
enum order_stage {
    ORDER_DEFINITIONS, // CustomResourceDefinition, Namespace, ClusterRole
    ORDER_CLASSES,     // kinds that end in "Class"
    ORDER_REST,
};

struct order_entry {
    const struct node *object;
    enum order_stage stage;
    int rank;     // objects of one rank do not depend on each other
    size_t place; // in the tree
};

// Objects of a layer, in tree order, by stage, rank and place, in `arena`.
struct order_entry *order_objects(const struct node **objects, size_t count, struct arena *arena);

#endif
