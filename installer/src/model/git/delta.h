// SPDX-License-Identifier: Apache-2.0
// The deltas of a pack (gitformat-pack, "Deltified representation"): an object as pieces of another
// one and what is new. Nothing is trusted: every piece is held against both ends.
#ifndef MODEL_GIT_DELTA_H
#define MODEL_GIT_DELTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

// Cuts the sizes of the base and of the result off *delta; false when they are malformed.
bool delta_sizes(struct span *delta, uint64_t *base_size, uint64_t *size) MUST_CHECK;

// Carries out the instructions behind the sizes: *made bytes are written then, at most `room`.
// False when one is malformed or asks for more.
bool delta_apply(struct span base, struct span delta, char *out, uint64_t room, uint64_t *made)
    MUST_CHECK;

#endif
