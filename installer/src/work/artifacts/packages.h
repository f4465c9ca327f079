// SPDX-License-Identifier: Apache-2.0
// Following the packages of an umbrella chart.
#ifndef WORK_ARTIFACTS_PACKAGES_H
#define WORK_ARTIFACTS_PACKAGES_H

#include "io/doc.h"
#include "work/artifacts/walk.h"

// Adds what the packages that the values of an umbrella turn on reach: at the top, below `addons`
// and below `packages`. One that is only assumed to be on may be missing, with a warning.
int packages_follow(struct walk *w, const struct node *values, const char *user, struct err **err)
    MUST_CHECK;

#endif
