// SPDX-License-Identifier: Apache-2.0
// Equality as JSON Schema has it: 1 and 1.0 are equal, maps regardless of order.
#ifndef MODEL_CHART_SCHEMA_EQUAL_H
#define MODEL_CHART_SCHEMA_EQUAL_H

#include "io/doc.h"

bool schema_equal(const struct node *a, const struct node *b);
// Whether two items of a list are equal, and which: in less than quadratic time.
bool schema_find_duplicates(const struct node *list, size_t *first, size_t *second);

#endif
