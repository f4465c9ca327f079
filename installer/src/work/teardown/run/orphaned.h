// SPDX-License-Identifier: Apache-2.0
// The releases that nobody has uninstalled: those whose HelmRelease was gone before, and those that
// lost it on the way.
#ifndef WORK_TEARDOWN_RUN_ORPHANED_H
#define WORK_TEARDOWN_RUN_ORPHANED_H

#include "work/teardown/run/running.h"

// Adds what they installed as tasks of the phase TEARDOWN_ORPHANS. Blocks. ERR_API, ERR_CANCELLED.
int orphaned_add(struct running *run, struct err **err) MUST_CHECK;

#endif
