// SPDX-License-Identifier: Apache-2.0
// The hash of all tables: SipHash-1-3 (Aumasson and Bernstein, 2012) under a random key of the
// process. Who chooses the keys of a table cannot make them collide. Never for output: it differs
// from run to run.
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/span.h"

// Thread-safe; does not block.
uint64_t hash_span(struct span s);

#endif
