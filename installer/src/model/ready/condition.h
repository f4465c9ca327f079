// SPDX-License-Identifier: Apache-2.0
// What all rules stand on: conditions of an object, and the setters of the answer.
#ifndef MODEL_READY_CONDITION_H
#define MODEL_READY_CONDITION_H

#include "model/ready.h"

// Sets the answer; reason and message are cut to their room, newlines become spaces.
void ready_set(struct ready *result, enum ready_state state, struct span reason, const char *fmt,
               ...) PRINTF(4, 5);

// Sets the answer from a condition's reason, message and time.
void ready_set_condition(struct ready *result, enum ready_state state,
                         const struct node *condition);

// condition.status == want ("True", "False", "Unknown"); false without the condition.
bool ready_condition_is(const struct node *object, const char *type, const char *want);

// Whether the condition was set for the object's newest generation. A condition without a
// generation of its own is of the one that status.observedGeneration tells; without both it is
// taken for new.
bool ready_is_current(const struct node *object, const struct node *condition);

// Whether somebody has deleted it, and it is still there; and what holds it: its Terminating
// condition, its finalizers. Appended to `out`.
bool ready_is_deleted(const struct node *object);
void ready_add_deletion(const struct node *object, struct buf *out);

#endif
