// SPDX-License-Identifier: Apache-2.0
// Containers that have just started: without a readiness probe the kubelet calls one ready as soon
// as its process runs, and one that crashes or fails its liveness probe is ready between two
// starts.
#ifndef MODEL_READY_YOUNG_H
#define MODEL_READY_YOUNG_H

#include "model/ready/container.h"

// How long a container counts as just started, in seconds.
enum {
    YOUNG_PLAIN_S = 5,      // without any probe
    YOUNG_LIVENESS_S = 60,  // at most, where only a liveness probe tells: one cycle of its failures
    YOUNG_RESTART_S = 10,   // for each restart, longer than its last run
    YOUNG_RESTARTS_S = 60,  // of these together at most
    YOUNG_LAST_RUN_S = 120, // a last run that was longer is no sign of a loop
};

enum { YOUNG_FAILING = 3 }; // from so many restarts on it fails, though it runs

// Whether a container that runs may still be about to fail; says so in `result`. `now` is the
// cluster's time in seconds since 1970, `ready_since` that of the pod's Ready condition.
bool young_judge(const struct ready_container *c, int64_t now, struct span ready_since,
                 struct ready_pod *result);

#endif
