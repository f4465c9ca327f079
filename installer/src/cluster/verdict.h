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
#define FAILURE_FORGET_MS 90000

struct failures;

struct failures *failures_new(int64_t fail_after_ms);
void failures_free(struct failures *f); // NULL-safe
CLEANUP_DEFINE(failures_cleanup, struct failures, failures_free);

// Takes in what is failing at the time `now`; returns the finding that is final by now (Stalled,
// suspended, or failing or stale for long enough), or NULL.
const struct layers_finding *failures_see(struct failures *f, const struct layers_finding *findings,
                                          size_t count, int64_t now);

// When the next known failure can become final, or TIMER_NEVER.
int64_t failures_next(const struct failures *f);

#endif
