// SPDX-License-Identifier: Apache-2.0
// Waiting until the layers so far are ready, and saying all the time what is waited for.
#ifndef WORK_LAYERS_WAIT_WAIT_H
#define WORK_LAYERS_WAIT_WAIT_H

#include "cluster/facts/facts.h"
#include "cluster/facts/written.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"
#include "cluster/judge/verdict.h"
#include "cluster/watch/informers.h"
#include "work/layers.h"
#include "work/layers/apply/applying.h"

struct wait {
    struct loop *loop;
    const struct apply *how; // things are applied, without a layer
    struct facts *facts;
    struct verdict *verdict;
    const struct layers *layers;
    const struct layers_options *options;
    struct report *report;
    struct layers_causes *causes; // of the wait that did not succeed
};

// Blocks until all layers up to `layer` have been ready for `window_ms` without a break.
// ERR_TERMINAL, ERR_TIMEOUT: with the root cause; ERR_API; ERR_CANCELLED.
int wait_layer(struct wait *w, size_t layer, int64_t window_ms, struct err **err) MUST_CHECK;

#endif
