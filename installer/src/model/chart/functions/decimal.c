// SPDX-License-Identifier: Apache-2.0
// Decimal numbers, one digit a byte: they are short, and exact is what counts.
#include "model/chart/functions/decimal.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/number_read.h"

int decimal_from(struct arena *a, double value, struct decimal *d, struct err **err)
{
    struct number_digits shortest;
    unsigned char *digits;

    *d = (struct decimal){.negative = value < 0};
    if (isnan(value) || isinf(value))
        return err_set(err, ERR_CONFIG, "Cannot create a Decimal from %s",
                       isnan(value) ? "NaN"
                       : value < 0  ? "-Inf"
                                    : "+Inf");
    if (value == 0)
        return 0;
    shortest = number_shortest(fabs(value), false);
    d->len = (size_t)shortest.len;
    d->exponent = shortest.exponent - (shortest.len - 1);
    digits = arena_alloc(a, d->len);
    for (size_t i = 0; i < d->len; i++)
        digits[i] = (unsigned char)(shortest.digits[i] - '0');
    d->digits = digits;
    return 0;
}

double decimal_to(const struct decimal *d)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(2 * DECIMAL_DIGITS_MAX);
    double value = 0;

    if (!d->len)
        return 0;
    if (d->negative)
        buf_add_char(&text, '-');
    for (size_t i = 0; i < d->len; i++)
        buf_add_char(&text, (char)('0' + d->digits[i]));
    buf_printf(&text, "e%lld", (long long)d->exponent);
    (void)(number_read_float(buf_span(&text), &value) == NUMBER_READ); // or the nearest one
    return value;
}

// Room for digits, all zero.
static unsigned char *new_digits(struct arena *a, size_t len, struct err **err)
{
    if (len > DECIMAL_DIGITS_MAX) {
        err_set(err, ERR_CONFIG, "the result has more than %d digits", DECIMAL_DIGITS_MAX);
        return NULL;
    }
    return memset(arena_alloc(a, len), 0, len);
}

static void set_digits(struct decimal *d, const unsigned char *digits, size_t len)
{
    while (len && !digits[0]) {
        digits++;
        len--;
    }
    d->digits = digits;
    d->len = len;
}

// The same number with a lower exponent, in at least `width` digits.
static unsigned char *rescaled(struct arena *a, const struct decimal *d, int64_t exponent,
                               size_t width, struct err **err)
{
    unsigned char *digits = new_digits(a, width, err);

    if (digits && d->len)
        memcpy(digits + width - (size_t)(d->exponent - exponent) - d->len, d->digits, d->len);
    return digits;
}

// x += y, or -= for y not above x; both of `len` digits.
static void accumulate(unsigned char *x, const unsigned char *y, size_t len, int sign)
{
    int carry = 0;

    for (size_t i = len; i--;) {
        int digit = x[i] + sign * (y[i] + carry);

        carry = digit < 0 || digit > 9;
        x[i] = (unsigned char)(digit - (carry ? sign * 10 : 0));
    }
}

int decimal_add(struct arena *a, const struct decimal *x, const struct decimal *y,
                struct decimal *sum, struct err **err)
{
    int64_t exponent = x->exponent < y->exponent ? x->exponent : y->exponent;
    size_t x_len = x->len + (size_t)(x->exponent - exponent);
    size_t y_len = y->len + (size_t)(y->exponent - exponent);
    size_t width = (x_len > y_len ? x_len : y_len) + 1;
    unsigned char *big = rescaled(a, x, exponent, width, err);
    unsigned char *small = big ? rescaled(a, y, exponent, width, err) : NULL;
    bool negative = x->negative;

    if (!small)
        return -1;
    if (x->negative != y->negative && memcmp(big, small, width) < 0) {
        unsigned char *other = big;

        big = small;
        small = other;
        negative = y->negative;
    }
    accumulate(big, small, width, x->negative == y->negative ? 1 : -1);
    *sum = (struct decimal){.exponent = exponent, .negative = negative};
    set_digits(sum, big, width);
    return 0;
}

int decimal_subtract(struct arena *a, const struct decimal *x, const struct decimal *y,
                     struct decimal *difference, struct err **err)
{
    struct decimal minus = *y;

    minus.negative = !y->negative;
    return decimal_add(a, x, &minus, difference, err);
}

int decimal_multiply(struct arena *a, const struct decimal *x, const struct decimal *y,
                     struct decimal *product, struct err **err)
{
    size_t width = x->len + y->len;
    unsigned char *digits = new_digits(a, width, err);

    if (!digits)
        return -1;
    for (size_t i = x->len; i--;) {
        unsigned carry = 0;

        for (size_t j = y->len; j--;) {
            carry += digits[i + j + 1] + (unsigned)x->digits[i] * y->digits[j];
            digits[i + j + 1] = (unsigned char)(carry % 10);
            carry /= 10;
        }
        digits[i] = (unsigned char)carry;
    }
    *product = (struct decimal){.exponent = x->exponent + y->exponent,
                                .negative = x->negative != y->negative};
    set_digits(product, digits, width);
    return 0;
}

// Long division: the quotient's digits, and in the last `width` digits of `x` the rest. Both start
// with a 0; `y` has `width` digits, `x` that and `steps` - 1 more.
static void divide(unsigned char *x, const unsigned char *y, size_t width, size_t steps,
                   unsigned char *quotient)
{
    for (size_t i = 0; i < steps; i++) {
        while (memcmp(x + i, y, width) >= 0) {
            accumulate(x + i, y, width, -1);
            quotient[i]++;
        }
    }
}

int decimal_divide(struct arena *a, const struct decimal *x, const struct decimal *y,
                   struct decimal *quotient, struct err **err)
{
    // x / y is their digits' quotient, one of them with zeros behind it.
    int64_t zeros = x->exponent - y->exponent + DECIMAL_DIVISION_PLACES;
    size_t x_len = x->len + (size_t)(zeros > 0 ? zeros : 0);
    size_t y_len = y->len + (size_t)(zeros < 0 ? -zeros : 0);
    size_t width = y_len + 1, steps = x_len > y_len ? x_len - y_len + 1 : 1;
    struct decimal one = {(const unsigned char *)"\1", 1, -DECIMAL_DIVISION_PLACES,
                          x->negative != y->negative};
    struct decimal whole = {.exponent = one.exponent, .negative = one.negative};
    unsigned char *rest, *divisor, *digits;

    if (!y->len)
        return err_set(err, ERR_CONFIG, "decimal division by 0");
    rest = rescaled(a, x, x->exponent - (zeros > 0 ? zeros : 0), width + steps - 1, err);
    divisor = rest ? rescaled(a, y, y->exponent + (zeros < 0 ? zeros : 0), width, err) : NULL;
    digits = divisor ? new_digits(a, steps, err) : NULL;
    if (!digits)
        return -1;
    divide(rest, divisor, width, steps, digits);
    set_digits(&whole, digits, steps);
    rest += steps - 1;
    accumulate(rest, rest, width, 1); // rounded up when twice the rest is the divisor or more
    *quotient = whole;
    if (memcmp(rest, divisor, width) < 0)
        return 0;
    return decimal_add(a, &whole, &one, quotient, err);
}
