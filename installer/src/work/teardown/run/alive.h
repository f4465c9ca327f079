// SPDX-License-Identifier: Apache-2.0
// The controllers of Flux in the course of a teardown: they are needed until nothing with their
// finalizer is left.
#ifndef WORK_TEARDOWN_RUN_ALIVE_H
#define WORK_TEARDOWN_RUN_ALIVE_H

#include "work/teardown/hard/revive.h"
#include "work/teardown/run/running.h"

// Has those run that something of the plan waits for, or will: what was put back for that is taken
// down later, too. Not more often than every few seconds, but at once with `now`. Blocks; runs the
// loop. ERR_PREFLIGHT (the lease is lost), ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
int alive_ensure(struct running *run, bool now, struct err **err) MUST_CHECK;

// Whether a definition of Flux that the tree has is not there: its controllers wait for it, and say
// nothing. As the watches tell.
bool alive_lacks_kind(const struct running *run);

// The controller that acts on the object of this task, if it does not run and cannot be brought
// back; else NULL. Borrowed.
const struct controller *alive_dead(const struct task *t);

// An object of Flux that still waits for its controller, by its label, so that those have to stay;
// NULL: none. Blocks. ERR_API, ERR_CANCELLED.
int alive_needed_by(struct running *run, const char **label, struct err **err) MUST_CHECK;

#endif
