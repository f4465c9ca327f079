// SPDX-License-Identifier: Apache-2.0
// Origins: where resources and transformations come from, and the annotations that say so.
#ifndef MODEL_KUSTOMIZE_BUILD_ORIGIN_H
#define MODEL_KUSTOMIZE_BUILD_ORIGIN_H

#include "model/kustomize/build/target.h"

// The `buildMetadata` of the root kustomization.
struct metadata_options {
    bool origins, transformations, managed_by;
};

// `from` with `path` (a file, folder or git source) appended, as buildMetadata writes it.
const struct origin *origin_append(struct kust *k, const struct origin *from, const char *path);

// The origin of what `t` generates or transforms itself.
const struct origin *origin_of_target(struct kust *k, const struct target *t, const char *kind,
                                      const char *field);

// Writes the annotations that the options ask for, and removes the others.
void origin_annotate(struct kust *k, struct resource *r, const struct metadata_options *o);

#endif
