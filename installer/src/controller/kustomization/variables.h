// SPDX-License-Identifier: Apache-2.0
// The variables of spec.postBuild.
#ifndef CONTROLLER_KUSTOMIZATION_VARIABLES_H
#define CONTROLLER_KUSTOMIZATION_VARIABLES_H

#include "base/map.h"
#include "controller/kustomization/merge.h"

// Name to value; the values are `struct span *` in `arena`.
struct variables {
    struct map map; // map_free() it
    bool always;    // substitute even when there are none
};

// Reads them as the controller does: those of substituteFrom in turn, the later over the earlier,
// the inline ones over all, newlines left out. ERR_CONFIG.
int variables_read(const struct merge *m, struct arena *arena, struct variables *v,
                   struct err **err) MUST_CHECK;

#endif
