// SPDX-License-Identifier: Apache-2.0
// The generators and transformers of a kustomization's own fields.
#ifndef MODEL_KUSTOMIZE_BUILD_BUILTIN_H
#define MODEL_KUSTOMIZE_BUILD_BUILTIN_H

#include "model/kustomize/build/target.h"
#include "model/kustomize/transform/transform.h"

// Appends them to `out` in kustomize's order. ERR_CONFIG.
int builtin_transformers(struct kust *k, struct target *t, const struct transformer_config *config,
                         struct transformer_list *out, struct err **err) MUST_CHECK;

// Generates into `resources`. ERR_CONFIG.
int builtin_generate(struct kust *k, struct target *t, struct resmap *resources, struct err **err)
    MUST_CHECK;

#endif
