// SPDX-License-Identifier: Apache-2.0
// Reading a cluster into a census.
#ifndef WORK_TEARDOWN_PLAN_COLLECT_H
#define WORK_TEARDOWN_PLAN_COLLECT_H

#include "base/err.h"
#include "base/report.h"
#include "model/kube.h"
#include "work/teardown/plan/census.h"

// Reads discovery and one list of each kind: metadata, or the whole of the few kinds that tell of
// others. A kind that cannot be listed is warned of and passed over. *c is open. Blocks. ERR_API,
// ERR_CANCELLED.
int collect(struct kube *k, struct report *report, struct census *c, struct err **err) MUST_CHECK;

#endif
