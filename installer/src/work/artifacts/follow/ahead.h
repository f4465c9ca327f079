// SPDX-License-Identifier: Apache-2.0
// Images looked at before they are needed: what their names stand for is asked of the registries
// several at a time, and is there when they are locked one after the other.
#ifndef WORK_ARTIFACTS_FOLLOW_AHEAD_H
#define WORK_ARTIFACTS_FOLLOW_AHEAD_H

#include "work/artifacts/walk/walk.h"

// Asks for all that these objects run and the lock does not have. What cannot be had is left to who
// needs it, but a refused login is not tried again. ERR_CANCELLED. Blocks.
int ahead_of_objects(struct walk *w, const struct deep_object *objects, size_t count,
                     struct err **err) MUST_CHECK;

#endif
