// SPDX-License-Identifier: Apache-2.0
// The value of a replacement.
#ifndef MODEL_KUSTOMIZE_TRANSFORM_REPLACEMENT_SOURCE_H
#define MODEL_KUSTOMIZE_TRANSFORM_REPLACEMENT_SOURCE_H

#include "model/kustomize/transform/transform.h"

// The field of a source or target that names none.
#define REPLACEMENT_DEFAULT_PATH SPAN("metadata.name")

// The `sourceValue`, or the field of the one resource that `source` fits, or the piece of it that
// its options name. ERR_CONFIG.
const struct node *replacement_value(struct kust *k, struct resmap *m,
                                     const struct node *replacement, struct err **err);

#endif
