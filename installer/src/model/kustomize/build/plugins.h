// SPDX-License-Identifier: Apache-2.0
// The generators, transformers and validators that resources configure: those of the fields
// `generators`, `transformers` and `validators`.
#ifndef MODEL_KUSTOMIZE_BUILD_PLUGINS_H
#define MODEL_KUSTOMIZE_BUILD_PLUGINS_H

#include "model/kustomize/build/target.h"
#include "model/kustomize/transform/transform.h"

// Appends what `configs` configure to `out`. ERR_CONFIG, ERR_UNSUPPORTED.
int plugin_transformers(struct kust *k, struct target *t, const struct resmap *configs,
                        struct transformer_list *out, struct err **err) MUST_CHECK;

// Generates into `resources`. ERR_CONFIG, ERR_UNSUPPORTED.
int plugin_generate(struct kust *k, struct target *t, const struct resmap *configs,
                    struct resmap *resources, struct err **err) MUST_CHECK;

#endif
