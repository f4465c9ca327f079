// SPDX-License-Identifier: Apache-2.0
// What the API server has of the nodes: themselves, which images each of them has for certain, and
// what an earlier run made.
#ifndef WORK_SEED_FACTS_H
#define WORK_SEED_FACTS_H

#include "io/doc.h"
#include "work/seed.h"

// Why an image is there, best first: a node that joins later has to have it, too.
enum facts_reason {
    FACTS_OURS,    // the agent's pod on that node runs from it
    FACTS_DAEMON,  // a pod of a DaemonSet of the system's namespace does
    FACTS_PAUSE,   // the runtime starts pods with it
    FACTS_RUNNING, // any other pod that needed no secret for it
    FACTS_LISTED,  // the node names it
};

struct facts_image {
    size_t node; // index into the nodes
    struct span name;
    enum facts_reason reason;
};

// Where a DaemonSet says what its pods are told and given (objects.c).
#define FACTS_LAYOUT_OPTION "--layout"
#define FACTS_RUNTIME_VOLUME "runtime"

// A DaemonSet of an earlier run.
struct facts_set {
    const char *name, *image;
    const char *layout, *folder; // that its pods are told and given; "": none
};

// In `arena`.
struct facts_set facts_read_set(const struct node *set, struct arena *arena);

// All in the nodes' arena.
struct seed_facts {
    VEC(struct facts_image) images;
    VEC(struct facts_set) sets;
    VEC(struct span) networks; // of pods: those of the nodes, and what pods' addresses add
};

// Reads nodes, pods and DaemonSets, and makes nodes->items and nodes->facts of them. Blocks.
// ERR_API, ERR_CANCELLED.
int facts_read(const struct seed_options *o, struct seed_nodes *nodes, struct err **err) MUST_CHECK;

#endif
