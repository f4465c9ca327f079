// SPDX-License-Identifier: Apache-2.0
// The memory of failures: tells one that heals from one that goes on. A failure is final when the
// same reason on the same object was seen over a stretch of time and repeatedly.
#ifndef CLUSTER_VERDICT_H
#define CLUSTER_VERDICT_H

#include <stdint.h>

#include "base/compiler.h"
#include "cluster/finding.h"

// A failure that is not seen for this long is forgotten: between two attempts of a release its
// pods are gone for a while.
#define VERDICT_FORGET_MS 90000

struct verdict;

struct verdict *verdict_new(int64_t fail_after_ms);
void verdict_free(struct verdict *v); // NULL-safe
CLEANUP_DEFINE(verdict_cleanup, struct verdict, verdict_free);

// Takes in what is failing at the time `now`; returns the finding that is final by now (Stalled,
// suspended, or failing or stale for long enough), or NULL.
const struct finding *verdict_see(struct verdict *v, const struct finding *findings, size_t count,
                                  int64_t now);

// When the next known failure can become final, or TIMER_NEVER.
int64_t verdict_next(const struct verdict *v);

#endif
