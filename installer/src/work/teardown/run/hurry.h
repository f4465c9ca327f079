// SPDX-License-Identifier: Apache-2.0
// Pods of controllers that take their time: helm-controller has ten minutes of grace for the
// attempt that it is at (terminationGracePeriodSeconds of its Deployment). When its Deployment goes
// there is nothing left that such an attempt could be of.
#ifndef WORK_TEARDOWN_RUN_HURRY_H
#define WORK_TEARDOWN_RUN_HURRY_H

#include "base/err.h"
#include "work/teardown/run/running.h"

#define HURRY_AFTER_MS 5000 // most end within

// Ends the pods of a task of TEARDOWN_CONTROLLERS that are left HURRY_AFTER_MS after its object has
// gone, once. Does nothing for any other. Blocks. ERR_PREFLIGHT (the lease), ERR_API,
// ERR_CANCELLED.
int hurry_pods(struct task *t, struct err **err) MUST_CHECK;

#endif
