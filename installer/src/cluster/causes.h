// SPDX-License-Identifier: Apache-2.0
// Root causes: from a graph to the findings that people are told of.
#ifndef CLUSTER_CAUSES_H
#define CLUSTER_CAUSES_H

#include "cluster/finding.h"
#include "cluster/graph.h"
#include "cluster/layer.h"

// The unready leaves of a graph over these layers, and what is terminal above them; the earliest
// layer first, then the most telling. In the graph's arena.
const struct finding *causes_find(struct graph *g, const struct layers *layers, size_t *count);

#endif
