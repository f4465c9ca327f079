// SPDX-License-Identifier: Apache-2.0
// What is asked of the API server for one task: suspending, resuming, deleting.
#ifndef WORK_TEARDOWN_RUN_ACT_H
#define WORK_TEARDOWN_RUN_ACT_H

#include <stdbool.h>

#include "work/teardown/run/running.h"

// Begins it, or tries again what was refused: a TASK_TODO becomes TASK_ASKING, and from the loop
// TASK_WAITING, TASK_DONE, TASK_FOREIGN, or TASK_TODO after a refusal that may pass. Every write is
// made under the lease; a lease that was lost ends in run->failure, and so does an interruption.
void act_begin(struct task *t);

// Reads the object of a task that is not begun, for what it tells of others. What cannot be read
// tells nothing. Blocks. ERR_CANCELLED.
int act_read(struct task *t, struct err **err) MUST_CHECK;

// Whether the last refusal will not pass by itself: this user may not do it.
bool act_is_denied(const struct task *t);

// Ends what is on its way, without its outcome.
void act_abort(struct task *t);

#endif
