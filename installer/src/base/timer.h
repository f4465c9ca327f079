// SPDX-License-Identifier: Apache-2.0
// Monotonic time in milliseconds, deadlines, and a set of one-shot timers for a loop:
// adding, cancelling and running one take logarithmic time.
#ifndef BASE_TIMER_H
#define BASE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define TIMER_NEVER INT64_MAX

// CLOCK_MONOTONIC in milliseconds.
int64_t timer_now(void);

// The time `ms` milliseconds after `at`; TIMER_NEVER when that is too far away to be told.
int64_t timer_add(int64_t at, int64_t ms);

// Milliseconds from now to `deadline` (an absolute timer_now() value), at least 0, at most
// `most_ms`; TIMER_NEVER gives `most_ms`. As a poll timeout.
int timer_left(int64_t deadline, int most_ms);

// "750ms", "12s", "3m05s" in `out`; returns out.
const char *timer_format(int64_t ms, char out[32]);

struct timers;
typedef void timer_fn(void *data);

struct timers *timers_new(void) MUST_CHECK RETURNS_NONNULL;

// Calls fn(data) from timers_run() once `at` (absolute) has passed. Returns an id above 0.
uint64_t timers_add(struct timers *t, int64_t at, timer_fn *fn, void *data);

// Forgets a timer; unknown ids are ignored.
void timers_cancel(struct timers *t, uint64_t id);

// When the first one is due, or TIMER_NEVER.
int64_t timers_next(const struct timers *t);

// Calls all that are due, in order of time, then of adding; a callback may add and cancel timers,
// and run them.
void timers_run(struct timers *t);

void timers_free(struct timers *t); // NULL-safe

CLEANUP_DEFINE(timers_cleanup, struct timers, timers_free);

#endif
