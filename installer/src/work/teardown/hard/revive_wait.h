// SPDX-License-Identifier: Apache-2.0
// Waiting until controllers run and act.
#ifndef WORK_TEARDOWN_HARD_REVIVE_WAIT_H
#define WORK_TEARDOWN_HARD_REVIVE_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "io/doc.h"
#include "model/kube.h"

struct revived {
    const char *name;              // "helm-controller"
    const struct node *deployment; // as last read, or NULL: it is not waited for
    bool is_changed;               // something was done for it: it is looked at anew
    const char *why;               // it does not come back: the cause
    const char *next;              // ... and what to do, or NULL
};

struct revive_wait {
    struct loop *loop;
    struct kube *kube;
    struct report *report;
    struct arena *arena; // of the causes
    int64_t fail_after_ms;
    int64_t deadline; // absolute
};

// Waits until each of them that has no cause so far has a ready pod that holds the lease of the
// controller, or a cause. Does nothing when all of them run as they were. Blocks; runs the loop.
// ERR_API, ERR_CANCELLED.
int revive_wait(const struct revive_wait *of, struct revived *const *list, size_t count,
                struct err **err) MUST_CHECK;

#endif
