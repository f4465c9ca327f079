// SPDX-License-Identifier: Apache-2.0
// Flux controllers that are needed for a clean end: one that objects with its finalizer wait for is
// brought back when somebody has stopped or deleted it.
#ifndef WORK_TEARDOWN_HARD_REVIVE_H
#define WORK_TEARDOWN_HARD_REVIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/graph/layer.h"
#include "io/doc.h"
#include "model/kube.h"

struct revive_options {
    struct loop *loop;
    struct kube *kube;
    struct report *report;
    struct budget budget;
    int64_t fail_after_ms;       // without progress for so long it does not come back
    const struct layers *layers; // of the tree, or NULL
    // Applies these objects of the tree, which are not in the cluster, and writes them down in the
    // record; NULL: what was deleted does not come back. The objects are borrowed.
    int (*restore)(void *data, const struct node *const *objects, size_t count, struct err **err);
    void *restore_data;
};

enum revive_state {
    REVIVE_ALIVE,    // it runs, as it was
    REVIVE_SCALED,   // it runs again: it stood at 0 replicas
    REVIVE_RESTORED, // it runs again: parts of it were deleted
    REVIVE_DEAD,     // it does not
};

// A controller that is needed: there are objects with a finalizer that it handles.
struct controller {
    const char *name; // "helm-controller"
    size_t objects;   // that wait for it, or would
    enum revive_state state;
    const char *why;  // it is dead: the cause, in one line
    const char *next; // what to do about it
};

struct controllers {
    VEC(struct controller) list; // in the arena: do not free
};

// Finds out which controllers are needed and brings those back that do not run, all at the same
// time; waits until each has a ready pod that holds the controller's lease, and says what it waits
// for. Nothing is written when all of them run. A controller that stays dead is no error: see its
// state. Blocks; runs the loop. ERR_API, ERR_CANCELLED.
int revive_controllers(const struct revive_options *options, struct arena *arena,
                       struct controllers *found, struct err **err) MUST_CHECK;

// Lists all objects of Flux, metadata only, of the kinds that are served by now. Blocks. ERR_API,
// ERR_CANCELLED.
int revive_list(struct kube *k, kube_object_fn *each, void *data, struct err **err) MUST_CHECK;

#endif
