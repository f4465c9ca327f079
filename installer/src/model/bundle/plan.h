// SPDX-License-Identifier: Apache-2.0
// Between the files of model/bundle: the plan of a bundle.
#ifndef MODEL_BUNDLE_PLAN_H
#define MODEL_BUNDLE_PLAN_H

#include "model/bundle/layout.h"

struct bundle_plan {
    struct index index;
    struct map blobs;    // digest to place + 1
    struct map left_out; // digests of those that the file does not hold
    struct digest since; // when there are any
};

// A copy of the plan's index that can be laid out, with an arena of its own; texts are the plan's.
// The plan keeps its own order: what callers hold are its blob indexes.
struct index plan_index(const struct bundle_plan *p);

#endif
