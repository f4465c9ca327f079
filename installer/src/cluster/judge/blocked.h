// SPDX-License-Identifier: Apache-2.0
// What an object that only waits is waiting for. Of a chain of them the end is told, and how many
// wait behind it; who waits for what does not exist, or for each other, fails.
#ifndef CLUSTER_JUDGE_BLOCKED_H
#define CLUSTER_JUDGE_BLOCKED_H

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"

// Sets the `blocker` of each object of Flux that waits for an item of the graph: a dependency, its
// source, or the Deployment of its controller. Who waits for something else takes over how that
// stands.
void blocked_resolve(struct graph *g, const struct facts *facts);

// The item at the end of the chain that i waits in, or i itself.
size_t blocked_root(const struct graph *g, size_t i);

#endif
