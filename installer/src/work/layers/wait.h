// SPDX-License-Identifier: Apache-2.0
// Waiting until the layers so far are ready, and saying all the time what is waited for.
#ifndef WORK_LAYERS_WAIT_H
#define WORK_LAYERS_WAIT_H

#include "cluster/graph.h"
#include "cluster/informers.h"
#include "cluster/verdict.h"
#include "cluster/written.h"
#include "work/layers.h"

struct wait {
    struct kube *kube;
    struct graph_facts facts;
    char last_write[WRITTEN_TIME_BYTES]; // what facts.last_write lies in
    struct verdict *verdict;
    const struct layers *layers;
    const struct layers_options *options;
    struct report *report;
};

// Blocks until all layers up to `layer` have been ready for `window_ms` without a break.
// ERR_TERMINAL, ERR_TIMEOUT: with the root cause; ERR_API; ERR_CANCELLED.
int wait_layer(struct wait *w, size_t layer, int64_t window_ms, struct err **err) MUST_CHECK;

// Brings the picture up to date once: builds `g` over layers 0 to `last` when everything that is
// of interest has been listed. ERR_TIMEOUT after `deadline`.
int wait_settled(struct kube *k, const struct graph_facts *facts, const struct layers *layers,
                 size_t last, int64_t deadline, struct graph *g, struct err **err) MUST_CHECK;

#endif
