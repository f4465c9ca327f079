// SPDX-License-Identifier: Apache-2.0
// From a workload to its pods, through owner references.
#ifndef CLUSTER_PODS_H
#define CLUSTER_PODS_H

#include "base/arena.h"
#include "base/map.h"
#include "cluster/informers.h"
#include "model/ready.h"

struct pods {
    struct arena *arena;
    struct map owners; // uid of the owner to struct pods_list
};

// Indexes all watched pods and replica sets; valid until the loop runs again.
void pods_collect(struct pods *p, struct informers *inf, struct arena *arena);
void pods_free(struct pods *p);

// The pod of that workload that is furthest from ready, with the reason; NULL when all its pods are
// ready or there is none. Borrowed.
const struct node *pods_worst(const struct pods *p, const struct node *workload,
                              struct ready_pod *why);

#endif
