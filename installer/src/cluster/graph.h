// SPDX-License-Identifier: Apache-2.0
// The graph of objects at one moment: the applied ones, and what grew out of them through the
// inventories and labels of Flux, each with its judgement.
#ifndef CLUSTER_GRAPH_H
#define CLUSTER_GRAPH_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "cluster/handled.h"
#include "cluster/informers.h"
#include "cluster/layer.h"
#include "cluster/release_record.h"
#include "model/ready.h"

enum { GRAPH_NO_PARENT = -1 };

struct graph_item {
    struct span group, kind, ns, name;
    const struct node *object; // NULL when it is not there
    const struct node *wanted; // as the tree has it; NULL for what grew out of others
    const char *label;         // "HelmRelease bigbang/loki"
    size_t layer;
    int parent; // index, or GRAPH_NO_PARENT for an applied object
    struct ready ready;
    const char *pod; // the pod that says why, "ns/name", or NULL
    const char *container;
    bool has_unready_child;
    bool stale; // see cluster/stale.h
};

struct graph {
    struct arena *arena;
    VEC(struct graph_item) items; // parents before their children
    struct map index;             // "group/kind/ns/name" to item index + 1
};

// What is known of the cluster at this moment; see the two headers.
struct graph_facts {
    struct informers *informers;
    struct release_records *records;
    struct handled *handled; // NULL: changes that were not seen are not asked about
    struct span last_write;  // when we last wrote to the layers so far, see cluster/written.h
    uint64_t jobs_version;   // the newest one of a Job that these layers have; 0: unknown
};

// Looks at the layers 0 to `last`. What is not known yet is noted in the facts and
// counts as not ready.
void graph_build(struct graph *g, const struct graph_facts *facts, const struct layers *layers,
                 size_t last);
// Also a CLEANUP for variables of type `struct graph`; start with {0}.
void graph_free(struct graph *g);

// The index of the nearest HelmRelease above item i (or i itself), or GRAPH_NO_PARENT.
int graph_release_of(const struct graph *g, size_t i);

// An unready item none of whose children is unready: a place where the cause shows.
bool graph_is_leaf(const struct graph_item *item);

#endif
