// SPDX-License-Identifier: Apache-2.0
// Pods that are to end well, all at once.
#ifndef WORK_ROUTES_PROBE_RUN_H
#define WORK_ROUTES_PROBE_RUN_H

#include <stdint.h>

#include "base/vec.h"
#include "work/routes.h"

enum run_outcome {
    RUN_OPEN,
    RUN_ENDED_WELL,
    RUN_FAILED,  // `why`
    RUN_REFUSED, // before it ran, by a quota, a policy, a full node: `why`; it proves nothing
};

struct run_pod {
    const struct node *object;
    const char *what; // as people are told: "node node-1"
    enum run_outcome outcome;
    const char *why;          // in the arena
    int64_t failing_since_ms; // of the loop's clock; 0: it is not
};
struct run_pods {
    struct arena *arena;
    VEC(struct run_pod) items;
};

// Makes them, waits until each has an outcome, and takes them away again; before that what an
// earlier run left. `loader` is put beside them. ERR_API, ERR_CANCELLED.
int run_pods(const struct routes_options *o, struct span loader, struct run_pods *pods,
             struct err **err) MUST_CHECK;

#endif
