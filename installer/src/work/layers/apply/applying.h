// SPDX-License-Identifier: Apache-2.0
// What the files that apply share: for whom they do it, and what came of it.
#ifndef WORK_LAYERS_APPLY_APPLYING_H
#define WORK_LAYERS_APPLY_APPLYING_H

#include "cluster/facts/written.h"
#include "cluster/record/record.h"
#include "work/layers.h"

// Zeroed but for what the caller knows.
struct apply {
    struct loop *loop;
    struct kube *kube;
    const char *manager;
    const struct budget *budget;
    struct report *report;
    const struct layers_patches *patches; // NULL: none
    struct record *record;                // where what is written is put down before; NULL: nowhere
    const char *layer;                    // the name of the one that is worked on
    const struct layers *layers; // of the tree; NULL: a namespace that is gone is not brought back
    int64_t fail_after_ms;       // what holds an object up for so long is final
    // What comes out is added up over several calls.
    size_t written; // objects created or changed
    // When `manager` last wrote any of the objects, in this run or an earlier one.
    char last_write[WRITTEN_TIME_BYTES];
    uint64_t jobs_version; // the newest resourceVersion of a Job among them
};

#endif
