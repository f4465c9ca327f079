// SPDX-License-Identifier: Apache-2.0
// The memory of failures: tells one that heals from one that goes on. A failure is final when the
// same reason on the same object was seen over a stretch of time and repeatedly.
#ifndef WORK_LAYERS_FAILURE_H
#define WORK_LAYERS_FAILURE_H

#include <stdint.h>

#include "base/compiler.h"
#include "work/layers.h"

// A failure that is not seen for this long is forgotten: between two attempts of a release its
// pods are gone for a while.
#define FAILURE_FORGET_MS 90000

struct failures;

// What is stalled so soon after a change was stalled before it, and has not seen it yet.
#define FAILURE_STALE_MS 10000

struct failures *failures_new(int64_t fail_after_ms);
void failures_free(struct failures *f); // NULL-safe
CLEANUP_DEFINE(failures_cleanup, struct failures, failures_free);

// Something was written at the time `now` that may put right what is stalled: such an object is
// final only when it stays so for as long as one that fails.
void failures_changed(struct failures *f, int64_t now);

// Takes in what is failing at the time `now`; returns the finding that is final by now (Stalled,
// suspended, or failing for long enough), or NULL.
const struct layers_finding *failures_see(struct failures *f, const struct layers_finding *findings,
                                          size_t count, int64_t now);

// When the next known failure can become final, or TIMER_NEVER.
int64_t failures_next(const struct failures *f);

#endif
