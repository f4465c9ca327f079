// SPDX-License-Identifier: Apache-2.0
// Whether an object of Flux that calls itself ready is so at the revision that its source has: its
// own status says nothing of what its controller has yet to hear of.
#ifndef CLUSTER_WATCH_REVISION_H
#define CLUSTER_WATCH_REVISION_H

#include "cluster/watch/informers.h"
#include "model/ready.h"

// Follows the way from the object to its source (release, chart, repository) and changes `ready` to
// progressing where a newer revision is on its way. What is not there, or of a kind that cannot be
// looked at, holds nobody back: the object's own status tells of it.
void revision_check(struct informers *inf, const struct node *object, struct ready *ready);

#endif
