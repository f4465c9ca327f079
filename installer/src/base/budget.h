// SPDX-License-Identifier: Apache-2.0
// What a piece of work may cost: how long, how many tries, and who may call it off. A command makes
// one, everything below passes it on, and a request repeats within it.
//
// The rule for repeating is here, for all protocols: whether there is another attempt, and when.
// Which failures are worth one is known to the client of a protocol.
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/compiler.h"

#define BUDGET_PAUSE_FIRST_MS 250
#define BUDGET_PAUSE_MOST_MS 8000

// Plain data; zero is no limit.
struct budget {
    int64_t deadline;      // absolute timer_now() time, for all attempts together; 0: none
    struct cancel *cancel; // borrowed; NULL: none
    int attempts;          // of each request; 0: any number
    int pause_most_ms;     // between two of them; 0: BUDGET_PAUSE_MOST_MS
};

// `own`, and for what it leaves open the limits of `rest`.
struct budget budget_or(const struct budget *own, const struct budget *rest) MUST_CHECK;

// The deadline, TIMER_NEVER when there is none.
int64_t budget_deadline(const struct budget *b);

// Whether the deadline has passed.
bool budget_is_over(const struct budget *b);

// When to repeat a request whose attempt `n` (from 1) has just failed: an absolute time, or 0 for
// not at all. The pause doubles from BUDGET_PAUSE_FIRST_MS, between half and all of it, so that
// many clients do not come back together; it is at least `retry_after_ms` (what the server asked
// for, or 0), and never reaches the deadline.
int64_t budget_repeat_at(const struct budget *b, int n, int64_t retry_after_ms) MUST_CHECK;

#endif
