// SPDX-License-Identifier: Apache-2.0
// From a graph to what a human is told.
#ifndef WORK_LAYERS_FINDINGS_H
#define WORK_LAYERS_FINDINGS_H

#include "base/buf.h"
#include "work/layers/graph.h"

// Lists the unready leaves, the most telling first, in the graph's arena.
const struct layers_finding *graph_findings(struct graph *g, size_t *count);

// The two halves of layers_describe(): which object, and what is the matter with it.
void findings_subject(const struct layers_finding *finding, struct buf *out);
void findings_cause(const struct layers_finding *finding, struct buf *out);

#endif
