// SPDX-License-Identifier: Apache-2.0
// The artifacts of sources, as source-controller makes them: of a GitRepository with its submodules
// and includes, of an OCIRepository out of the layer that it selects.
#ifndef WORK_ARTIFACTS_SOURCE_ARTIFACT_H
#define WORK_ARTIFACTS_SOURCE_ARTIFACT_H

#include "work/artifacts/walk/walk.h"

// What is in it, as a tree in memory; made once for each source as it is asked for, and there as
// long as the walk's sources. All that it is made of is added to the lock. ERR_CONFIG,
// ERR_UNSUPPORTED for other kinds, and what fetching may fail with. Blocks.
struct kustomize_tree *artifact_tree(struct walk *w, const struct deep_object *source,
                                     struct err **err) MUST_CHECK;

// The chart that an OCIRepository is: its layer as it is, or what source-controller leaves of it.
// The caller's. Kinds as above.
struct chart *artifact_chart(struct walk *w, const struct deep_object *source, struct err **err)
    MUST_CHECK;

#endif
