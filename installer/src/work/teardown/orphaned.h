// SPDX-License-Identifier: Apache-2.0
// The phase of the releases that nobody has uninstalled: those whose HelmRelease was gone before,
// and those that lost it on the way.
#ifndef WORK_TEARDOWN_ORPHANED_H
#define WORK_TEARDOWN_ORPHANED_H

#include "work/teardown/running.h"

// Whether there may be any.
bool orphaned_is_due(const struct running *run);

// Uninstalls them. What does not go is in the result, as leftovers. Blocks; runs the loop. ERR_API,
// ERR_PREFLIGHT (the lease is lost), ERR_CANCELLED.
int orphaned_uninstall(struct running *run, struct err **err) MUST_CHECK;

#endif
