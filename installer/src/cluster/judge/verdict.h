// SPDX-License-Identifier: Apache-2.0
// The memory of failures: tells one that heals from one that goes on. There is one rule: a failure
// is final when it has stood for --fail-after without a sign of progress. Signs of progress are
// more ready or updated pods of the object, or of anything that grew out of the same release, an
// attempt that fails for another reason, and another version of what is asked for.
#ifndef CLUSTER_JUDGE_VERDICT_H
#define CLUSTER_JUDGE_VERDICT_H

#include <stdint.h>

#include "base/compiler.h"
#include "cluster/told/finding.h"

// A failure that is not seen for this long is forgotten.
#define VERDICT_FORGET_MS 90000

struct verdict;

struct verdict *verdict_new(int64_t fail_after_ms);
void verdict_free(struct verdict *v); // NULL-safe
CLEANUP_DEFINE(verdict_cleanup, struct verdict, verdict_free);

// Takes in what is failing at the time `now`; returns the first finding that is final by now
// (Stalled, suspended, or failing or stale for long enough), or NULL.
const struct finding *verdict_see(struct verdict *v, const struct finding *findings, size_t count,
                                  int64_t now);

// When the next known failure can become final, or TIMER_NEVER.
int64_t verdict_next(const struct verdict *v);

#endif
