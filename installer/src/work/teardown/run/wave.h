// SPDX-License-Identifier: Apache-2.0
// One wave: tasks that are done at the same time, until all of them are over.
#ifndef WORK_TEARDOWN_RUN_WAVE_H
#define WORK_TEARDOWN_RUN_WAVE_H

#include <stddef.h>

#include "work/teardown/run/running.h"

// Zeroed but for what is set.
struct wave {
    struct running *run;
    struct task **tasks; // borrowed
    size_t count;
    int64_t began;
    const char *holder; // the label of what needs them all; NULL: nothing does
};

// Begins those that nothing which stays needs, waits for all, and says what it waits for. What
// stands still for too long is given up: it becomes TASK_STUCK. Blocks; runs the loop. ERR_TIMEOUT,
// ERR_PREFLIGHT (the lease is lost), ERR_API, ERR_CANCELLED.
int wave_carry_out(struct wave *w, struct err **err) MUST_CHECK;

#endif
