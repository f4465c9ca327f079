// SPDX-License-Identifier: Apache-2.0
// From a workload to its pods, through owner references.
#ifndef CLUSTER_WATCH_PODS_H
#define CLUSTER_WATCH_PODS_H

#include "base/arena.h"
#include "base/map.h"
#include "cluster/watch/informers.h"
#include "cluster/watch/skew.h"
#include "model/ready.h"

struct pods {
    struct arena *arena;
    struct map owners; // uid of the owner to struct pods_list
    struct skew *skew; // borrowed
    int64_t now;       // by the cluster's clock, in seconds since 1970
};

// Indexes all watched pods and replica sets; valid until the loop runs again. Their times tell the
// cluster's, which `skew` remembers from one look to the next.
void pods_collect(struct pods *p, struct informers *inf, struct skew *skew, struct arena *arena);
void pods_free(struct pods *p);

// The pod of that workload that is furthest from ready, with the reason; NULL when all its pods are
// ready or there is none. Borrowed. One of an older revision counts only when no other is unready,
// and so does one that has ended or is on its way out. What an older one fails of is not told as a
// failure, but where the newest waits for it (OldPodKept).
const struct node *pods_worst(const struct pods *p, const struct node *workload,
                              struct ready_pod *why);

// A pod of that workload, or the workload itself when it is one, that is ready and has started too
// lately to count (see ready_pod_is_young()); NULL when there is none. Borrowed.
const struct node *pods_young(const struct pods *p, const struct node *workload,
                              struct ready_pod *why);

#endif
