// SPDX-License-Identifier: Apache-2.0
// What charts ask the cluster with `lookup`, held against what the tree itself brings.
#ifndef WORK_ARTIFACTS_FOLLOW_LOOKUPS_H
#define WORK_ARTIFACTS_FOLLOW_LOOKUPS_H

#include "work/artifacts/walk/walk.h"

// What was taken for a `lookup`, in the walk's arena. Nothing is found, as at a first installation
// into an empty cluster; when the tree brings something that was asked for it says who does.
const char *lookups_assumed(const struct walk *w, const struct deep_decision *lookup);

#endif
