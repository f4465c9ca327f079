// SPDX-License-Identifier: Apache-2.0
// Whether what an object came to still holds. A controller that gave up looks again only when
// something changes; between the change and that look the object's status is of the past. The
// change may have been made by an earlier `up` that was killed right after it.
#ifndef CLUSTER_JUDGE_STALE_H
#define CLUSTER_JUDGE_STALE_H

#include <stdbool.h>

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"

// Marks each terminal item of which a controller of Flux has yet to see the newest change that
// leads to it: on the way from the applied object to it one was not looked at since our last write
// (facts->last_write), since others wrote it, or since its source changed. The topmost such object
// is asked about (facts->handled), unless somebody above it is at work.
void stale_mark(struct graph *g, const struct facts *facts);

#endif
