// SPDX-License-Identifier: Apache-2.0
// Orders of kinds: some kinds first, some last, all others between them. kustomize's order of the
// result and Flux's order of application are written this way, with lists of their own.
#ifndef BASE_KINDS_H
#define BASE_KINDS_H

#include <stddef.h>

#include "base/span.h"

struct kind_order {
    const char *const *first;
    size_t first_len;
    const char *const *last;
    size_t last_len;
};

// Below 0 for the kinds that come first, above for those that come last, else 0. Of several
// mentions of a kind the last one counts.
int kind_rank(const struct kind_order *order, struct span kind);

#endif
