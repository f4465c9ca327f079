// SPDX-License-Identifier: Apache-2.0
// The judgement of one object of the graph: what its own status says (model/ready), held against
// what others know: its source, its controller's last look, its pods, the release that made it.
#ifndef CLUSTER_JUDGE_JUDGE_H
#define CLUSTER_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"
#include "cluster/watch/pods.h"

// Whether objects of the kind have a state that is looked at; of the others it only counts whether
// they are there.
bool judge_has_state(const struct identity *id);

// Looks item i up and sets its `object`, `ready`, `pod` and `container`. Its parents are judged
// already. What is not known yet is noted in the facts and counts as not ready.
void judge_item(const struct facts *facts, const struct pods *pods, struct graph *g, size_t i);

#endif
