// SPDX-License-Identifier: Apache-2.0
// Whether what was deleted is gone: the object, and what has to go with it.
#ifndef WORK_TEARDOWN_RUN_SEE_H
#define WORK_TEARDOWN_RUN_SEE_H

#include <stddef.h>
#include <stdint.h>

#include "work/teardown/run/running.h"

// Without a change for so long, Helm's records of a release that is gone stay for good.
#define SEE_RECORDS_MS 10000

// Starts the watch of Helm's records, before the first release is deleted.
void see_begin(struct running *run);
void see_end(struct running *run);

// Looks at a TASK_WAITING; one that is gone becomes TASK_DONE. What is not known yet is noted in
// the facts.
void see_task(struct task *t, int64_t now);

// What is left of what went with an object that is gone itself: Helm's records of a release, the
// pods of a controller. *last, if there is one, becomes the label of one of them, in the arena.
size_t see_remains(const struct task *t, struct arena *arena, const char **last);

// The pods of a task that is a controller.
void see_each_pod(const struct task *t, kube_object_fn *each, void *data);

#endif
