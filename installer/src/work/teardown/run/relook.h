// SPDX-License-Identifier: Apache-2.0
// What was made anew while it was taken down: a release or a source that a controller had still in
// its hands.
#ifndef WORK_TEARDOWN_RUN_RELOOK_H
#define WORK_TEARDOWN_RUN_RELOOK_H

#include "work/teardown/run/running.h"

// Adds a task to the phase of now for each object of Flux that bears the mark of one that is taken
// down, and is in no task yet; *added counts them. Blocks; runs the loop. ERR_API, ERR_CANCELLED.
int relook(struct running *run, size_t *added, struct err **err) MUST_CHECK;

#endif
