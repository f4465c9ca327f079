// SPDX-License-Identifier: Apache-2.0
// The Jobs that Helm runs while it uninstalls (hooks pre-delete and post-delete), and why one of
// them does not come to an end.
#ifndef WORK_TEARDOWN_RUN_HOOKS_H
#define WORK_TEARDOWN_RUN_HOOKS_H

#include <stddef.h>

#include "base/arena.h"
#include "cluster/look.h"
#include "cluster/told/finding.h"
#include "work/teardown/run/running.h"

// Looks at the hooks of the releases that wait, all at once. *l is {0}, or the look before. What is
// not known yet is noted in the facts.
void hooks_look(struct running *run, struct look *l, struct arena *arena);

// Puts what a hook of that release waits for, or fails of, in the place of what the release says.
void hooks_explain(const struct task *t, const struct look *l, struct finding *f,
                   struct arena *arena);

#endif
