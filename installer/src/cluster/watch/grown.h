// SPDX-License-Identifier: Apache-2.0
// What a Helm release made, by the labels that helm-controller puts on every object: known while an
// installation still runs, when the release has no inventory yet.
#ifndef CLUSTER_WATCH_GROWN_H
#define CLUSTER_WATCH_GROWN_H

#include "base/arena.h"
#include "base/map.h"
#include "base/span.h"
#include "base/vec.h"
#include "cluster/watch/informers.h"

struct grown_list {
    VEC(const struct node *) objects;
};

struct grown {
    struct arena *arena;
    struct map releases; // identity_key() to struct grown_list
    struct buf key;
};

// Indexes all watched objects; allocated in `arena`, valid until the loop runs again.
void grown_collect(struct grown *g, struct informers *inf, struct arena *arena);
void grown_free(struct grown *g);

// NULL when nothing is known to have grown from that release.
const struct grown_list *grown_of_release(struct grown *g, const struct identity *release);

#endif
