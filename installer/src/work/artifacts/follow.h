// SPDX-License-Identifier: Apache-2.0
// From objects to what they reach: sources, charts, images, and through Flux Kustomizations and
// umbrella charts to further objects. Everything found is resolved and added to a lock.
#ifndef WORK_ARTIFACTS_FOLLOW_H
#define WORK_ARTIFACTS_FOLLOW_H

#include "work/artifacts/registry.h"
#include "work/artifacts/repository.h"
#include "work/artifacts/sources.h"

struct follow_options {
    struct registry registry;
    struct repositories *repositories;
    struct sources *sources;
    struct lock *lock;
    struct report *report;
    bool frozen; // what is not in the lock is ERR_CONFIG, and nothing is resolved anew
    struct artifacts_gaps *gaps; // frozen: what is not in the lock is noted here instead
    struct arena *gaps_arena;
    bool runtimes; // the pause images of container runtimes, too, which no tree names
};

// Walks from the objects of a build to all that they reach. Kinds as for artifacts_lock(). Blocks.
int follow_tree(const struct follow_options *options, const struct kustomize_result *tree,
                struct err **err) MUST_CHECK;

#endif
