// SPDX-License-Identifier: Apache-2.0
// Why something does not go: the finding of a task that is not over, and who holds it.
#ifndef WORK_TEARDOWN_RUN_WHY_H
#define WORK_TEARDOWN_RUN_WHY_H

#include "base/arena.h"
#include "cluster/told/finding.h"
#include "work/teardown/run/running.h"

// The reason of what waits for a controller that does not run.
#define WHY_DESERTED "ControllerDown"

// In the arena, or borrowed until the loop runs. What is not known yet is noted in the facts.
struct finding why_find(struct task *t, struct arena *arena);

#endif
