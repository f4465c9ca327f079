// SPDX-License-Identifier: Apache-2.0
// What releases came to in the passes of a walk: one that nothing has changed for is not rendered
// again.
#ifndef WORK_ARTIFACTS_WALK_FINISHED_H
#define WORK_ARTIFACTS_WALK_FINISHED_H

#include "work/artifacts/walk/walk.h"

// At the start of a pass: what the one before it came to is between the two.
void finished_begin(struct walk *w);
// Adds a result, whose owner the walk's result is from now on.
void finished_add(struct walk *w, const struct deep_object *release, const struct digest *of,
                  struct release_result *result_take);
// The result of the pass before, which goes over to this one; NULL when something that it depends
// on is another one now.
const struct release_result *finished_find(struct walk *w, const struct deep_object *release,
                                           const struct digest *of);
void finished_free(struct walk *w);

#endif
