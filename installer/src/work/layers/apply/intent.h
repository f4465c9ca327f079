// SPDX-License-Identifier: Apache-2.0
// What the journal says of an object that is applied.
#ifndef WORK_LAYERS_APPLY_INTENT_H
#define WORK_LAYERS_APPLY_INTENT_H

#include "model/journal.h"
#include "work/layers/apply/applying.h"

// Which object it is in the cluster: one that names no namespace is in the context's.
struct identity intent_identity(const struct kube *k, const struct node *object,
                                const struct kube_resource *resource);

// The entry of an object of the layer, before it is written; `live` is what is there under its
// name, or NULL. Borrows from all of them, and from `arena`.
struct journal_entry intent_entry(const struct apply *a, const struct node *object,
                                  const struct kube_resource *resource, const struct node *live,
                                  struct arena *arena);

#endif
