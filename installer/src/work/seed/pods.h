// SPDX-License-Identifier: Apache-2.0
// The agents' pods as the API server sees them.
#ifndef WORK_SEED_PODS_H
#define WORK_SEED_PODS_H

#include "work/seed/images.h"

// Sets n->pod of each node whose pod runs and is made of what is wanted now (`classes` NULL: of
// whatever); NULL: it has none.
// `why` has an entry for each node, in their arena: why it has none, "" when that is not known (or,
// with `classes` NULL, when it never had one).
// Blocks. ERR_API, ERR_CANCELLED.
int pods_look(const struct seed_options *o, struct seed_nodes *nodes,
              const struct images_classes *classes, const char **why, struct err **err) MUST_CHECK;

// What events say of pods that do not come: into `why`, for nodes that have nothing there.
int pods_explain(const struct seed_options *o, const struct seed_nodes *nodes, const char **why,
                 struct err **err) MUST_CHECK;

#endif
