// SPDX-License-Identifier: Apache-2.0
// Flux Kustomizations: what they apply is built, and its objects are walked, too.
#ifndef WORK_ARTIFACTS_FOLLOW_KUSTOMIZATION_H
#define WORK_ARTIFACTS_FOLLOW_KUSTOMIZATION_H

#include "work/artifacts/walk/walk.h"

// Fetches the source, builds what the Kustomization applies, and adds its objects. WALK_LATER when
// something that it reads may still come.
int kustomization_follow(struct walk *w, const struct deep_object *object, struct err **err)
    MUST_CHECK;

#endif
