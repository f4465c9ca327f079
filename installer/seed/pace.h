// SPDX-License-Identifier: Apache-2.0
// How long the other side of a connection may take. A node's link may be slow, and a pod proxy
// silent for a while; what only holds a place has to go.
#ifndef SEED_PACE_H
#define SEED_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define PACE_HEAD_MS 10000    // until the head is there
#define PACE_SILENCE_MS 90000 // without a byte of the body
#define PACE_GRACE_MS 60000   // before the average counts
#define PACE_RATE 1           // bytes a millisecond, on average
#define PACE_PEER_RATE 64     // likewise, of one among several: the next may be faster

struct pace {
    int64_t begun, moved; // milliseconds of a clock that never goes back
    uint64_t bytes;
    unsigned least; // bytes a millisecond; PACE_RATE
    bool in_body;
};

int64_t pace_now(void);
void pace_begin(struct pace *p, int64_t now);
void pace_add(struct pace *p, uint64_t bytes, int64_t now);

// Why the other side is given up, or NULL.
const char *pace_wrong(const struct pace *p, int64_t now) MUST_CHECK;

// When pace_wrong() may say something else.
int64_t pace_look_at(const struct pace *p);

// How much more one is worth keeping than the other: what has brought nothing yet goes first.
bool pace_is_slower(const struct pace *a, const struct pace *b, int64_t now) MUST_CHECK;

#endif
