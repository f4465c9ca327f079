// SPDX-License-Identifier: Apache-2.0
// HelmReleases: the chart, its values, and what helm-controller would install of them.
#ifndef WORK_ARTIFACTS_FOLLOW_RELEASE_H
#define WORK_ARTIFACTS_FOLLOW_RELEASE_H

#include "work/artifacts/walk/walk.h"

// Fetches the chart, composes the values, renders, and adds the objects. WALK_LATER when something
// that it reads may still come.
int release_follow(struct walk *w, const struct deep_object *object, struct err **err) MUST_CHECK;

// Fetches the chart of a HelmChart.
int release_see_chart(struct walk *w, const struct deep_object *object, struct err **err)
    MUST_CHECK;

#endif
