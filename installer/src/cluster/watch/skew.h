// SPDX-License-Identifier: Apache-2.0
// What time it is in the cluster: this machine's clock, put right by the times that the cluster
// writes. Its nodes need not agree with this machine, and a few seconds count (model/ready.h,
// ready_pod_is_young).
#ifndef CLUSTER_WATCH_SKEW_H
#define CLUSTER_WATCH_SKEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum { SKEW_TIME_BYTES = 32 };

struct skew {
    char newest[SKEW_TIME_BYTES]; // the newest time seen, RFC 3339
    bool watched;                 // what is newer than that is told of as it happens
    int64_t ahead;                // of this machine's clock, in seconds
};

// Takes in a time that the cluster wrote, seen at `now` by this machine (seconds since 1970). It is
// not in the future; once changes are watched, the newest one is the present. Before, it may be of
// any age: only a clock that is behind can be told from it.
void skew_see(struct skew *s, struct span time, int64_t now);

// All that was there at first has been taken in.
void skew_watch(struct skew *s);

#endif
