// SPDX-License-Identifier: Apache-2.0
// What has to stay because something else does: who could still take that down, and what it stands
// on.
#ifndef WORK_TEARDOWN_RUN_NEEDS_H
#define WORK_TEARDOWN_RUN_NEEDS_H

#include "work/teardown/run/running.h"

// The task that stays and needs this one, or NULL. Asked of each task before it begins, in order.
const struct task *needs_holder(const struct running *run, const struct task *t);

#endif
