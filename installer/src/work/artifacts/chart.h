// SPDX-License-Identifier: Apache-2.0
// Charts that the walk meets: where they come from, and the images that they name.
#ifndef WORK_ARTIFACTS_CHART_H
#define WORK_ARTIFACTS_CHART_H

#include "model/chart.h"
#include "work/artifacts/walk.h"

// --- chart.c: where charts come from ---

// From a folder of a git repository ("chart", "./chart"). `user` is who wants it, for messages.
struct chart *chart_from_git(struct walk *w, const struct sources_git *git, struct span path,
                             const char *user, struct err **err) MUST_CHECK;
// From a registry: pulls it, adds it to the lock.
struct chart *chart_from_oci(struct walk *w, struct span reference, const char *user,
                             struct err **err) MUST_CHECK;

// --- chart_images.c ---

// Adds the images that a chart and its subcharts name: by helm.sh/images (Big Bang's ADR 0008),
// which also speaks for subcharts without one, or else by maps of the values that look like one.
// A chart whose images were guessed is noted in the lock. `values` are chart_values().
int chart_images(struct walk *w, const struct chart *chart, const struct node *values,
                 const char *user, struct err **err) MUST_CHECK;

#endif
