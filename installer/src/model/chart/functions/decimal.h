// SPDX-License-Identifier: Apache-2.0
// Decimal numbers of any length, as far as Sprig's addf, subf, mulf and divf need them
// (shopspring/decimal 1.4).
#ifndef MODEL_CHART_FUNCTIONS_DECIMAL_H
#define MODEL_CHART_FUNCTIONS_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

// digits * 10^exponent. Digits are 0 to 9, the highest first and not 0; none for zero.
struct decimal {
    const unsigned char *digits;
    size_t len;
    int64_t exponent;
    bool negative;
};

#define DECIMAL_DIGITS_MAX 5000
#define DECIMAL_DIVISION_PLACES 16 // behind the point

// The shortest one that reads back as `value`; fails for infinities and NaN.
int decimal_from(struct arena *a, double value, struct decimal *d, struct err **err) MUST_CHECK;
double decimal_to(const struct decimal *d);

// All fail when the result has too many digits.
int decimal_add(struct arena *a, const struct decimal *x, const struct decimal *y,
                struct decimal *sum, struct err **err) MUST_CHECK;
int decimal_subtract(struct arena *a, const struct decimal *x, const struct decimal *y,
                     struct decimal *difference, struct err **err) MUST_CHECK;
int decimal_multiply(struct arena *a, const struct decimal *x, const struct decimal *y,
                     struct decimal *product, struct err **err) MUST_CHECK;
// Rounded half away from zero; also fails for a divisor of zero.
int decimal_divide(struct arena *a, const struct decimal *x, const struct decimal *y,
                   struct decimal *quotient, struct err **err) MUST_CHECK;

#endif
