// SPDX-License-Identifier: Apache-2.0
// Vars: $(NAME) in certain fields replaced by the value of a field of some resource.
#ifndef MODEL_KUSTOMIZE_TRANSFORM_VARS_H
#define MODEL_KUSTOMIZE_TRANSFORM_VARS_H

#include "model/kustomize/config/config.h"
#include "model/kustomize/resource/resmap.h"

struct var {
    struct span name, path;
    struct resid target;
    const struct node *at;
};

struct var_list {
    VEC(struct var);
};

// Adds the `vars` of a kustomization and marks the resources they mean. ERR_CONFIG.
int vars_add(struct kust *k, struct var_list *vars, const struct node *list, struct resmap *m,
             struct err **err) MUST_CHECK;

// Adds the vars of another kustomization. ERR_CONFIG when a name is taken.
int vars_merge(struct kust *k, struct var_list *vars, const struct var_list *more, struct err **err)
    MUST_CHECK;

// Replaces them all.
int vars_resolve(struct kust *k, const struct var_list *vars, struct resmap *m,
                 const struct transformer_config *config, struct err **err) MUST_CHECK;

#endif
