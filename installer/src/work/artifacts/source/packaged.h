// SPDX-License-Identifier: Apache-2.0
// The chart of a HelmRelease or HelmChart, as source-controller packages it.
#ifndef WORK_ARTIFACTS_SOURCE_PACKAGED_H
#define WORK_ARTIFACTS_SOURCE_PACKAGED_H

#include "work/artifacts/walk/walk.h"

// From its source, by chartRef or chart template, with the dependencies that it lacks, valuesFiles
// and its version; all of that is added to the lock for `object`. The caller's. ERR_CONFIG,
// ERR_UNSUPPORTED, and what fetching may fail with. Blocks.
struct chart *chart_of_source(struct walk *w, const struct deep_object *object, struct err **err)
    MUST_CHECK;

#endif
