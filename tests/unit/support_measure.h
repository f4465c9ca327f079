// SPDX-License-Identifier: Apache-2.0
// What work costs, as ratios only: time against a smaller input in the same run, memory against
// the size of the input.
#ifndef SUPPORT_MEASURE_H
#define SUPPORT_MEASURE_H

#include "base/span.h"

// Works on the input and gives back all memory.
typedef void measure_fn(struct span input);

// Fails unless `work` takes at most 6 times as long (10 with a sanitizer) for `large` as for
// `small`, which is a quarter of it, and memory of at most 4 times the input and 32 MiB for either.
void assert_linear(measure_fn *work, struct span small, struct span large);

// Fails unless `work` takes at most as many times as long for `input` as for `peer`.
void assert_as_fast(measure_fn *work, struct span peer, struct span input);

// Fails unless `work` takes at most 4 times the input and 32 MiB of memory.
void assert_frugal(measure_fn *work, struct span input);

#endif
