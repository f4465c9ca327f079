// SPDX-License-Identifier: Apache-2.0
// Building the graph: the objects of the layers, and what grew out of them through the inventories
// and labels of Flux.
#ifndef CLUSTER_JUDGE_GRAPH_BUILD_H
#define CLUSTER_JUDGE_GRAPH_BUILD_H

#include <stddef.h>

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"

// Builds *g ({0} before) over the layers 0 to `last`, with each object judged. What is not known
// yet is noted in the facts and counts as not ready. Borrows from the facts until the loop runs.
void graph_build(struct graph *g, const struct facts *facts, const struct layers *layers,
                 size_t last);

#endif
