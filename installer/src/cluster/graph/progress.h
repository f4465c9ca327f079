// SPDX-License-Identifier: Apache-2.0
// Signs of progress: what tells a failure that gives way from one that stands.
#ifndef CLUSTER_GRAPH_PROGRESS_H
#define CLUSTER_GRAPH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/graph/graph.h"

// How far everything has come: for each item the pods that are ready and those that are updated,
// its own and those of all that grew out of it. In the graph's arena.
const int64_t *progress_steps(struct graph *g);

// Which version of the object is asked for: its generation, and what its controller last tried. In
// the arena. Of what grew out of a release the release's version counts: each attempt makes it
// anew.
const char *progress_asked(struct arena *arena, const struct node *object);

// Whether these two are different versions. What was not tried yet may be so meanwhile, and a cause
// that is told again may be from before that.
bool progress_is_another(const char *had, const char *asked);

// Whether a controller of Flux is in the middle of an attempt: its last word on it (Ready) is open.
bool progress_is_retrying(const struct node *object);

// Whether a container ran and ended: the kubelet changes between these words in one and the same
// trouble.
bool progress_is_crash(const char *reason);

#endif
