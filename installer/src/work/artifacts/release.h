// SPDX-License-Identifier: Apache-2.0
// HelmReleases: the chart, its values as far as the tree gives them, and, where the chart is an
// umbrella, the packages that these values turn on.
#ifndef WORK_ARTIFACTS_RELEASE_H
#define WORK_ARTIFACTS_RELEASE_H

#include "work/artifacts/walk.h"

int release_follow(struct walk *w, const struct walk_object *object, struct err **err) MUST_CHECK;

#endif
