// SPDX-License-Identifier: Apache-2.0
// What texts in objects name, whatever they are for: images in arguments and environments, URLs in
// configuration. Nobody can tell whether they will be asked for.
#ifndef WORK_ARTIFACTS_FOLLOW_MENTIONS_H
#define WORK_ARTIFACTS_FOLLOW_MENTIONS_H

#include "work/artifacts/walk/walk.h"

// Notes as gaps what an object names and the bundle does not hold: URLs of other hosts than the
// cluster's own, and images with a registry and a tag or digest. Short names of images look like
// many other things, and are not found; the schemas of definitions are not looked at.
void mentions_find(struct walk *w, const struct bundle *b, const struct deep_object *object);

#endif
