// SPDX-License-Identifier: Apache-2.0
// Applying objects of one layer, stage by stage, and only what is not applied already.
#ifndef WORK_LAYERS_APPLY_APPLY_H
#define WORK_LAYERS_APPLY_APPLY_H

#include "work/layers/apply/applying.h"

// Applies objects of the layer, all or some, with several requests in flight. An object costs one
// request when it is applied already, and no write then. Definitions are waited for: established,
// listed. What holds one up (a webhook, a namespace that is being deleted) is said and waited for.
// `objects` are in tree order. ERR_API and ERR_TERMINAL name the object; ERR_TIMEOUT;
// ERR_CANCELLED.
int apply_objects(struct apply *a, const struct node **objects, size_t count, struct err **err)
    MUST_CHECK;

#endif
