// SPDX-License-Identifier: Apache-2.0
// The images that a chart names.
#ifndef WORK_ARTIFACTS_CHART_IMAGES_H
#define WORK_ARTIFACTS_CHART_IMAGES_H

#include "model/chart.h"
#include "work/artifacts/walk.h"

// Adds the images that a chart and its subcharts name: by helm.sh/images (Big Bang's ADR 0008),
// which also speaks for subcharts without one, or else by maps of the values that look like one.
// A chart whose images were guessed is noted in the lock. `values` are chart_values().
int chart_images(struct walk *w, const struct chart *chart, const struct node *values,
                 const char *user, struct err **err) MUST_CHECK;

#endif
