// SPDX-License-Identifier: Apache-2.0
// Versions as runtimes and kubelets give them, with whatever a distribution adds behind them:
// "1.6.20~ds1", "2.0.2-k3s2", "v1.29.1+k3s2".
#ifndef MODEL_RUNTIME_VERSION_H
#define MODEL_RUNTIME_VERSION_H

#include <stdint.h>

#include "base/span.h"

struct version {
    uint64_t number[3]; // all 0 for what is none
};

struct version version_read(struct span text);

// Whether `v` is major.minor.patch or later.
bool version_reaches(const struct version *v, unsigned major, unsigned minor, unsigned patch);

#endif
