// SPDX-License-Identifier: Apache-2.0
// From objects to what they reach: through Flux Kustomizations and releases to every object that
// will be in the cluster, to sources, charts and images. Everything found is resolved and added to
// a lock.
#ifndef WORK_ARTIFACTS_FOLLOW_FOLLOW_H
#define WORK_ARTIFACTS_FOLLOW_FOLLOW_H

#include "work/artifacts/fetch/registry.h"
#include "work/artifacts/fetch/repository.h"
#include "work/artifacts/fetch/sources.h"
#include "work/artifacts/walk/walk.h"

struct follow_options {
    struct registry registry;
    struct repositories *repositories;
    struct sources *sources;
    struct lock *lock; // also of which version of Kubernetes
    struct report *report;
    bool frozen; // what is not in the lock is ERR_CONFIG, and nothing is resolved anew
    struct artifacts_gaps *gaps; // frozen: what is not in the lock is noted here instead
    struct arena *gaps_arena;
    bool runtimes;     // the pause images of container runtimes, too, which no tree names
    bool only_objects; // no image is asked for
    bool track_reads, track_transformers, keep; // see artifacts_deep_options
};

// ERR_USAGE unless NULL or a version of Kubernetes.
int follow_check_kube_version(const char *version, struct err **err) MUST_CHECK;

// Walks from the objects of a build to all that they reach. *deep (may be NULL) is what was found,
// the caller's; `tree` outlives it. Kinds as for artifacts_lock(). Blocks.
int follow_tree(const struct follow_options *options, const struct kustomize_result *tree,
                struct deep **deep, struct err **err) MUST_CHECK;

#endif
