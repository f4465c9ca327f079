// SPDX-License-Identifier: Apache-2.0
// What the API server asks in vain is taken away as soon as nothing is behind it any more, in any
// phase: it would hold up all that follows.
#ifndef WORK_TEARDOWN_RUN_SWEEP_H
#define WORK_TEARDOWN_RUN_SWEEP_H

#include "work/teardown/run/running.h"

// Looks, and removes what of it came with what is taken down; at most every few seconds, but at
// once with `now`. Blocks; runs the loop. ERR_PREFLIGHT (the lease is lost), ERR_API,
// ERR_CANCELLED.
int sweep(struct running *run, bool now, struct err **err) MUST_CHECK;

#endif
