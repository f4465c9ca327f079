// SPDX-License-Identifier: Apache-2.0
// Whether applying an object would change anything, told from the live object alone.
#ifndef WORK_LAYERS_COMPARE_H
#define WORK_LAYERS_COMPARE_H

#include <stdbool.h>

#include "io/doc.h"

// True when `live` (with managedFields) already has every field of `wanted`, and the field manager
// owns nothing else by server-side apply: then an apply would write nothing. False when that is
// not certain.
bool compare_is_applied(const struct node *wanted, const struct node *live, const char *manager);

// Whether two states of one object differ in anything but bookkeeping (managedFields,
// resourceVersion, generation, times, status): `after` is the answer of a dry run.
bool compare_differs(const struct node *before, const struct node *after);

#endif
