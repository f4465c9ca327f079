// SPDX-License-Identifier: Apache-2.0
// Applying again what somebody deleted while it was waited for.
#ifndef WORK_LAYERS_WAIT_AGAIN_H
#define WORK_LAYERS_WAIT_AGAIN_H

#include <stddef.h>

#include "cluster/facts/facts.h"
#include "work/layers/apply/apply.h"

// Applies what is due by cluster/facts/deleted.h in the layers up to `last`, once each, and says
// so. `how` is as apply_objects() wants it, without a layer. Runs the loop. Errors as there.
int again_apply(struct facts *facts, const struct layers *layers, size_t last,
                const struct apply *how, struct err **err) MUST_CHECK;

#endif
