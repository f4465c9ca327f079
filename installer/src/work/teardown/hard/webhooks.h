// SPDX-License-Identifier: Apache-2.0
// What the API server asks in vain: admission webhooks, API services and conversion webhooks whose
// Service does not exist or has nothing ready behind it. They block writes, deletions and whole
// namespaces long after the pods behind them are gone.
#ifndef WORK_TEARDOWN_HARD_WEBHOOKS_H
#define WORK_TEARDOWN_HARD_WEBHOOKS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/record/snapshot.h"
#include "io/doc.h"
#include "model/kube.h"

struct dead_hook {
    // The webhook configuration, the APIService, or the definition with the conversion webhook.
    struct identity id;
    const char *uid;
    const char *why; // "webhook a.x.io calls Service x/y, which does not exist"
    // Other webhooks of the configuration have something behind them, or a URL: it is alive, and
    // stays as it is.
    bool is_part;
};

struct webhooks_options {
    struct kube *kube;
    // What was there before stays, whatever is behind it; NULL: nothing is known of that.
    const struct snapshot *before;
    // Whether what is behind `object` came with what is taken down: `ns` is the namespace of its
    // Service. Somebody else's webhook may just be starting. NULL: all counts.
    bool (*is_ours)(void *data, const struct node *object, struct span ns);
    void *data;
};

struct dead_hooks {
    VEC(struct dead_hook) list; // in the arena: do not free
};

// Finds them: four lists, and two reads for each Service. Writes nothing. Blocks. ERR_API,
// ERR_CANCELLED.
int webhooks_find(const struct webhooks_options *options, struct arena *arena,
                  struct dead_hooks *found, struct err **err) MUST_CHECK;

// Deletes the configurations and API services with their UID as a precondition, and takes the
// webhook out of definitions (spec.conversion becomes None: what is stored can be listed and
// deleted again). Says each one. What is_part stays, and is said once per call. *removed counts
// those that were changed. Blocks. ERR_API, ERR_CANCELLED.
int webhooks_remove(struct kube *k, const struct dead_hooks *found, struct report *report,
                    size_t *removed, struct err **err) MUST_CHECK;

#endif
