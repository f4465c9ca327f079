// SPDX-License-Identifier: Apache-2.0
// Root causes: from a graph to the findings that people are told of. The deepest known cause wins:
// an object that fails is told of unless something that grew out of it tells why.
#ifndef CLUSTER_JUDGE_CAUSES_H
#define CLUSTER_JUDGE_CAUSES_H

#include "cluster/facts/memory.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"
#include "cluster/told/finding.h"

// The findings of a graph over these layers: the earliest layer first, then the most telling, then
// those that more waits behind. In the graph's arena. Causes are kept in the memory, and told from
// it while what they were seen on is gone.
const struct finding *causes_find(struct graph *g, const struct layers *layers,
                                  struct memory *memory, size_t *count);

#endif
