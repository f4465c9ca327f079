// SPDX-License-Identifier: Apache-2.0
// What holds objects up while they are applied: a webhook that cannot be called, an API server that
// is too busy, something that is being deleted. Each cause is one hold, however many objects wait
// for it: it is told at once and every half minute, and is final when nothing has come nearer for
// `fail_after_ms` (a failure of the layer, see docs/internals/layers.md).
#ifndef WORK_LAYERS_APPLY_HOLD_H
#define WORK_LAYERS_APPLY_HOLD_H

#include "base/vec.h"
#include "work/layers/apply/put.h"

struct hold;

// Zeroed but for the first fields.
struct holds {
    struct apply *apply;
    // Brings back a namespace that is gone, with what the tree has in it.
    int (*restore)(struct apply *a, struct span ns, struct err **err);
    VEC(struct hold *) list; // also those that are over, which may come back
    VEC(struct put *) ready; // out: to be started again, by the caller
};

// Takes a put that came back, unless it is done or refused, and owns it until it is in `ready`.
void holds_take(struct holds *h, struct put *p);

// A put that was in `ready` came back done or refused: what it waited for may be over.
void holds_passed(struct holds *h, const struct put *p);

// When there is something to do, or TIMER_NEVER.
int64_t holds_next(const struct holds *h);

// Does what is due: tells, looks whether what is in the way is gone, restores a namespace, moves
// puts to `ready`. Blocks shortly, runs the loop. ERR_TERMINAL and ERR_API when a hold is final,
// ERR_TIMEOUT, ERR_CANCELLED.
int holds_attend(struct holds *h, struct err **err) MUST_CHECK;

size_t holds_waiting(const struct holds *h);

// Also a CLEANUP for variables of type `struct holds`.
void holds_free(struct holds *h);

#endif
