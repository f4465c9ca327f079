// SPDX-License-Identifier: Apache-2.0
// Applying objects of one layer, stage by stage, and only what is not applied already.
#ifndef WORK_LAYERS_APPLY_H
#define WORK_LAYERS_APPLY_H

#include "cluster/written.h"
#include "work/layers.h"

// Zeroed but for what the caller knows.
struct apply {
    struct loop *loop;
    struct kube *kube;
    const char *manager;
    const struct budget *budget;
    struct report *report;
    const char *layer; // its name
    // What comes out is added up over several calls.
    size_t written; // objects created or changed
    // When `manager` last wrote any of the objects, in this run or an earlier one.
    char last_write[WRITTEN_TIME_BYTES];
    uint64_t jobs_version; // the newest resourceVersion of a Job among them
};

// Applies objects of the layer, all or some, with several requests in flight. An object costs one
// request when it is applied already, and no write then. Definitions are waited for: established,
// listed. `objects` are in tree order. ERR_API names the object; ERR_TIMEOUT; ERR_CANCELLED.
int apply_objects(struct apply *a, const struct node **objects, size_t count, struct err **err)
    MUST_CHECK;

#endif
