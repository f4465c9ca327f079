// SPDX-License-Identifier: Apache-2.0
// The order in which the result is printed.
#ifndef MODEL_KUSTOMIZE_RESOURCE_ORDER_H
#define MODEL_KUSTOMIZE_RESOURCE_ORDER_H

#include "model/kustomize/resource/resmap.h"

// Indexes into m->items in the order of `sort_options` (checked here) or, when it is NULL, the
// legacy order. In the arena.
int order_resources(struct kust *k, const struct resmap *m, const struct node *sort_options,
                    const uint32_t **out, struct err **err) MUST_CHECK;

// The rank of a kind in the legacy order, see kind_rank(); kustomize sorts the field specs of a
// configuration by it, too.
int order_default_rank(struct span kind);

#endif
