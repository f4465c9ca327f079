// SPDX-License-Identifier: Apache-2.0
// Whether applying an object would change anything, told from the live object alone.
#ifndef WORK_LAYERS_COMPARE_H
#define WORK_LAYERS_COMPARE_H

#include <stdbool.h>

#include "io/doc.h"

// True when `live` (with managedFields) is what a server-side apply of `wanted` by this field
// manager would leave: each wanted field has its value and is owned, nothing else is owned, and
// lists are in order. False when that is not certain; a dry run tells then. What an admission
// plugin that was added since would change is not seen.
bool compare_is_applied(const struct node *wanted, const struct node *live, const char *manager);

// Whether two states of one object differ in anything but bookkeeping (resourceVersion, generation,
// times, the status unless it is the manager's own, who owns what by other managers): `after` is
// the answer of a dry run.
bool compare_differs(const struct node *before, const struct node *after, const char *manager);

#endif
