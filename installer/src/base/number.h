// SPDX-License-Identifier: Apache-2.0
// How Go reads numbers with a point, and writes them (strconv.FormatFloat), for all that has to
// look like Go. Forms: 'e' and 'E' with an exponent, 'f' without one, 'g' and 'G' whichever is fit,
// 'x' and 'X' in hexadecimal, 'b' as an integer times a power of two. Infinities and NaN are
// "+Inf", "-Inf" and "NaN" in all of them.
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>

#include "base/buf.h"

// Digits, point and exponent only; false when it is not such a number or too large for a double.
bool number_parse(struct span text, double *value) MUST_CHECK;

// The fewest digits that read back as `value` (finite, not below 0), without trailing zeros, and
// the decimal exponent of the first one: 12.5 is "125" and 1. `single`: as a float of 32 bits.
struct number_digits {
    char digits[20];
    int len;
    int exponent;
};
struct number_digits number_shortest(double value, bool single);

// With the fewest digits, in form 'e', 'f' or 'g'; `single`: as a float of 32 bits.
#define NUMBER_BYTES_MAX 352
void number_format(double value, bool single, char form, char out[NUMBER_BYTES_MAX]);

// Appends `value` in any form; precision -1: the fewest digits.
void number_add(struct buf *out, double value, char form, int precision);

#endif
