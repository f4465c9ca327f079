// SPDX-License-Identifier: Apache-2.0
// The tasks of a run.
#ifndef WORK_TEARDOWN_RUN_TASKS_H
#define WORK_TEARDOWN_RUN_TASKS_H

#include "work/teardown/run/running.h"

// Adds one for a step, which outlives the run; `resource` is NULL when its kind is not served.
void tasks_add(struct running *run, const struct teardown_step *step,
               const struct kube_resource *resource);
// One for each step of the plan. Blocks. ERR_API, ERR_CANCELLED.
int tasks_add_plan(struct running *run, const struct teardown_plan *plan, struct err **err)
    MUST_CHECK;
// Notes in the result that an object stays; copies it.
void tasks_keep(struct running *run, const struct teardown_kept *kept);
void tasks_free(struct running *run);

#endif
