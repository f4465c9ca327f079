// SPDX-License-Identifier: Apache-2.0
// Controllers of Flux that pause for longer than a failure lasts: source-controller tries again
// after up to 15 minutes (its rate limiter), kustomize-controller after retryInterval, which is the
// interval unless it is set, and both kustomize- and helm-controller look at a dependency every 30
// s
// (--requeue-dependency).
#ifndef CLUSTER_ACT_WAKE_H
#define CLUSTER_ACT_WAKE_H

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"

// Asks them to look (facts->handled) at what is waited for and failed before anything of it was
// tried: at once when that is older than these facts, then after 10 s, 20 s, 30 s, …; and at what
// waits for a dependency that is ready. Says so once for each object.
void wake_mark(const struct graph *g, const struct facts *facts, const struct layers *layers);

#endif
