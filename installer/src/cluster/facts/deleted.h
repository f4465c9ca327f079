// SPDX-License-Identifier: Apache-2.0
// Objects of the tree that somebody deletes while they are waited for: which are to be applied
// again, once each, and which were deleted again after that.
#ifndef CLUSTER_FACTS_DELETED_H
#define CLUSTER_FACTS_DELETED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/identity.h"
#include "base/vec.h"
#include "cluster/graph/graph.h"
#include "cluster/watch/informers.h"

// How long one is gone before it counts: the watch may be late to tell of what was just applied,
// and who replaces an object deletes it first.
#define DELETED_RIPE_MS 500

struct deleted;

struct deleted *deleted_new(void);
void deleted_free(struct deleted *d); // NULL-safe
CLEANUP_DEFINE(deleted_cleanup, struct deleted, deleted_free);

// Takes in which applied objects of the layers from `first` on are not there at the time `now`.
void deleted_see(struct deleted *d, const struct graph *g, struct informers *inf, size_t first,
                 int64_t now);

struct deleted_list {
    VEC(const struct node *) objects; // as the tree has them
};

// The objects of that layer that are to be applied again now, in `arena`. Each is given out once.
void deleted_take(struct deleted *d, size_t layer, int64_t now, struct arena *arena,
                  struct deleted_list *list);

// When it counts that the next one is gone, or TIMER_NEVER.
int64_t deleted_next(const struct deleted *d);

// Whether it was applied again and is gone once more.
bool deleted_is_again(const struct deleted *d, const struct identity *id);

#endif
