// SPDX-License-Identifier: Apache-2.0
// Under which names and at which ports the artifacts of a bundle are asked for.
#ifndef WORK_ROUTES_NAMES_H
#define WORK_ROUTES_NAMES_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/bundle.h"

enum { NAMES_HTTPS_PORT = 443 };

struct names {
    VEC(struct span) hosts; // without ports, sorted
    VEC(int) ports;         // 443 and what else the names have, going up
    VEC(struct span) bare;  // "10.0.0.7:5000": hosts that are addresses, which no name leads away
};

// All in `arena`.
struct names names_of(const struct bundle *b, struct arena *arena);

#endif
