// SPDX-License-Identifier: Apache-2.0
// Pods of controllers that take their time: helm-controller has ten minutes of grace for the
// attempt that it is at (terminationGracePeriodSeconds of its Deployment). When its Deployment goes
// there is nothing left that such an attempt could be of. A kubelet that is ending a pod heeds no
// shorter period any more (kubernetes/kubernetes#113606), so the pod is removed without one: what
// may still run of it has no access to the API, since its token is of a pod that is gone.
#ifndef WORK_TEARDOWN_RUN_HURRY_H
#define WORK_TEARDOWN_RUN_HURRY_H

#include "base/err.h"
#include "work/teardown/run/running.h"

#define HURRY_AFTER_MS 5000 // most end within

// Removes the pods of a task of TEARDOWN_CONTROLLERS that are left HURRY_AFTER_MS after its object
// has gone, once. Does nothing for any other. Blocks. ERR_PREFLIGHT (the lease), ERR_API,
// ERR_CANCELLED.
int hurry_pods(struct task *t, struct err **err) MUST_CHECK;

#endif
