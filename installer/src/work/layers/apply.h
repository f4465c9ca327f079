// SPDX-License-Identifier: Apache-2.0
// Applying the objects of one layer, stage by stage, and only what is not applied already.
#ifndef WORK_LAYERS_APPLY_H
#define WORK_LAYERS_APPLY_H

#include "cluster/written.h"
#include "work/layers.h"

struct apply {
    struct loop *loop;
    struct kube *kube;
    const char *manager;
    const struct budget *budget;
    struct report *report;
    const char *layer;
    size_t written; // out: objects created or changed
    // Out: when `manager` last wrote any object of the layer, in this run or an earlier one.
    char last_write[WRITTEN_TIME_BYTES];
    uint64_t jobs_version; // out: the newest resourceVersion of a Job of the layer
};

// Applies all objects of the layer with several requests in flight. An object costs one request
// when it is applied already, and no write then. Definitions are waited for: established, listed.
// ERR_API names the object; ERR_TIMEOUT; ERR_CANCELLED.
int apply_layer(struct apply *a, const struct layer *layer, struct err **err) MUST_CHECK;

#endif
