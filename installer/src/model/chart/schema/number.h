// SPDX-License-Identifier: Apache-2.0
// Numbers of any size by their decimal digits, exactly.
#ifndef MODEL_CHART_SCHEMA_NUMBER_H
#define MODEL_CHART_SCHEMA_NUMBER_H

#include "io/doc.h"

// Below, equal to or above 0. Both are numbers.
int schema_number_cmp(const struct node *a, const struct node *b);
bool schema_number_is_whole(const struct node *n);
// Whether `n` divided by `step` (above 0) is whole.
bool schema_number_is_multiple(const struct node *n, const struct node *step);
// Equal for equal numbers, however they are written.
uint64_t schema_number_hash(const struct node *n);

// As the library prints a number for a reader of English: "1,234.5", "1.2×10⁰⁶".
void schema_number_print(const struct node *n, struct buf *out);
void schema_count_print(int64_t count, struct buf *out);

#endif
