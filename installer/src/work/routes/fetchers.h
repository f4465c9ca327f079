// SPDX-License-Identifier: Apache-2.0
// Who in a tree fetches by itself, from upstream hosts, once it runs in a cluster.
#ifndef WORK_ROUTES_FETCHERS_H
#define WORK_ROUTES_FETCHERS_H

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/vec.h"
#include "cluster/graph/layer.h"

struct fetcher {
    const struct node *deployment; // of the tree
    struct layer *layer;           // that it is in
};
struct fetchers {
    VEC(struct fetcher) items;
};

// In `arena`. ERR_CONFIG: the tree has sources of Flux, and no controller of them.
int fetchers_find(const struct layers *layers, struct arena *arena, struct fetchers *f,
                  struct err **err) MUST_CHECK;

#endif
