// SPDX-License-Identifier: Apache-2.0
// Container images: those that objects run, and by name.
#ifndef WORK_ARTIFACTS_FOLLOW_IMAGES_H
#define WORK_ARTIFACTS_FOLLOW_IMAGES_H

#include "work/artifacts/walk/walk.h"

// Adds the pause images of the known container runtimes. One that cannot be had is a warning: a
// mirror has those of the runtimes that are in use with it.
int images_of_runtimes(struct walk *w, struct err **err) MUST_CHECK;
// Adds the images that an object can make a cluster run. One that only a text names may be missing.
int images_of_object(struct walk *w, const struct deep_object *object, struct err **err) MUST_CHECK;

#endif
