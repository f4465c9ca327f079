// SPDX-License-Identifier: Apache-2.0
// What a teardown has suspended and did not come to delete: an interrupted `down` must not keep the
// next `up` from going on.
#ifndef CLUSTER_ACT_RESUME_H
#define CLUSTER_ACT_RESUME_H

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"

// Has it resumed (facts->handled), and says so once for each object. What somebody else has
// suspended stays so.
void resume_mark(struct graph *g, const struct facts *facts, const struct layers *layers);

#endif
