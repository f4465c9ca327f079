// SPDX-License-Identifier: Apache-2.0
// Accumulating one kustomization after the other: resources, configuration and vars so far.
#ifndef MODEL_KUSTOMIZE_BUILD_ACCUMULATE_H
#define MODEL_KUSTOMIZE_BUILD_ACCUMULATE_H

#include "model/kustomize/build/target.h"
#include "model/kustomize/transform/vars.h"

struct accumulator {
    struct resmap *resources;
    const struct transformer_config *config;
    struct var_list vars;
};

struct accumulator *accumulator_new(struct kust *k);

// Resources, generators, components, transformers and validators of `t` into `acc`.
int target_accumulate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
    MUST_CHECK;

#endif
