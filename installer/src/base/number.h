// SPDX-License-Identifier: Apache-2.0
// How Go writes numbers with a point (strconv.FormatFloat), for all that has to look like Go.
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>

// Room for any of the texts below.
#define NUMBER_BYTES_MAX 400

// The fewest digits that read back as `value` (finite, not below 0), without trailing zeros, and
// the decimal exponent of the first one: 12.5 is "125" and 1. `single`: as a float of 32 bits.
struct number_digits {
    char digits[20];
    int len;
    int exponent;
};
struct number_digits number_shortest(double value, bool single);

// FormatFloat(value, form, precision, 64): form 'e', 'E', 'f', 'g' or 'G', precision -1 for the
// shortest. Infinities and NaN as "+Inf", "-Inf", "NaN".
void number_format(double value, char form, int precision, char out[NUMBER_BYTES_MAX]);

#endif
