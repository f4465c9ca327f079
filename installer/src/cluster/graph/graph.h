// SPDX-License-Identifier: Apache-2.0
// The graph of objects at one moment: the applied ones, and what grew out of them, each with its
// judgement. It is built by cluster/judge/graph_build.h.
#ifndef CLUSTER_GRAPH_GRAPH_H
#define CLUSTER_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/identity.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/ready.h"

enum { GRAPH_NO_PARENT = -1 };

struct graph_item {
    struct identity id;
    const struct node *object; // NULL when it is not there
    const struct node *wanted; // as the tree has it; NULL for what grew out of others
    const char *label;         // "HelmRelease bigbang/loki"
    size_t layer;
    int parent; // index, or GRAPH_NO_PARENT for an applied object
    struct ready ready;
    const char *pod; // the pod that says why, "ns/name", or NULL
    const char *container;
    const char *const *evidence; // lines from events, logs, nodes, claims; ends with NULL; or NULL
    size_t
        blocker; // index + 1 of the item that it waits for, 0 for none, see cluster/judge/blocked.h
    bool has_unready_child;
    bool stale; // see cluster/judge/stale.h
};

struct graph {
    struct arena *arena;
    VEC(struct graph_item) items; // parents before their children
};

// Also a CLEANUP for variables of type `struct graph`; start with {0}.
void graph_free(struct graph *g);

// The index of the nearest HelmRelease above item i (or i itself), or GRAPH_NO_PARENT.
int graph_release_of(const struct graph *g, size_t i);

// An unready item none of whose children is unready: a place where the cause shows.
bool graph_is_leaf(const struct graph_item *item);

#endif
