// SPDX-License-Identifier: Apache-2.0
// Selector expressions over labels or annotations, as Kubernetes writes them.
#ifndef MODEL_KUSTOMIZE_RESOURCE_LABELS_H
#define MODEL_KUSTOMIZE_RESOURCE_LABELS_H

#include "model/kustomize/kust.h"

struct label_requirement;

struct label_selector {
    VEC(struct label_requirement); // all must hold
};

// "a=b, c!=d, e in (f,g), h notin (i), j, !k, l>3". ERR_CONFIG.
int label_selector_parse(struct kust *k, const struct node *at, struct span text,
                         struct label_selector *out, struct err **err) MUST_CHECK;

// `labels` is a map or NULL.
bool label_selector_matches(const struct label_selector *s, const struct node *labels);

#endif
