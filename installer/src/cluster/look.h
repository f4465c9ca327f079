// SPDX-License-Identifier: Apache-2.0
// One look at the cluster: the graph of the layers at this moment, and the root causes of what is
// not ready in it.
#ifndef CLUSTER_LOOK_H
#define CLUSTER_LOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/err.h"
#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"
#include "cluster/told/finding.h"

struct look {
    struct graph graph;             // borrows from the facts until the loop runs again
    const struct finding *findings; // root causes first; valid as long as the look and its layers
    size_t count;
};

// Looks at the layers 0 to `last`. What is not known yet is noted in the facts, for facts_learn(),
// and counts as not ready. *l is {0}, or the look before, which is freed.
void look_take(struct look *l, const struct facts *facts, const struct layers *layers, size_t last);
// Also a CLEANUP for variables of type `struct look`; start with {0}.
void look_free(struct look *l);

// Looks at all layers when everything that is of interest has been listed. Blocks until then; runs
// the loop. ERR_TIMEOUT after the deadline of the budget, ERR_API, ERR_CANCELLED.
int look_settled(struct look *l, struct facts *facts, const struct layers *layers,
                 const struct budget *budget, struct err **err) MUST_CHECK;

// How many objects of a layer were looked at, and how many of them are not ready.
struct look_count {
    size_t objects, unready;
};
struct look_count look_count(const struct look *l, size_t layer);

#endif
