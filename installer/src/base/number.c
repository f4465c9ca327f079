// SPDX-License-Identifier: Apache-2.0
// Floats as text, in Go's forms.
#include "base/number.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_read.h"

enum {
    DIGITS_SURE = 15, // every decimal with so many digits survives a double, ...
    DIGITS_MAX = 17,  // and every double survives so many
    DIGITS_SURE_SINGLE = 6,
    DIGITS_MAX_SINGLE = 9,
    EXPONENT_BYTES = 16, // "e-324", and what the compiler fears
    FIXED_BYTES = 330,   // of a double that is printed without decimals or with an exponent
    MANTISSA_BITS = 52,
    BIAS = 1023,
    HEX_BITS = 60,   // where the hexadecimal form has its first digit
    HEX_DIGITS = 15, // after which all are 0
};

static size_t skip_digits(struct span *s)
{
    size_t count = 0;

    while (count < s->len && isdigit((unsigned char)s->ptr[count]))
        count++;
    *s = span_tail(*s, count);
    return count;
}

static void skip_sign(struct span *s)
{
    if (s->len && (s->ptr[0] == '+' || s->ptr[0] == '-'))
        *s = span_tail(*s, 1);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
static bool looks_like_float(struct span s)
{
    size_t digits;

    skip_sign(&s);
    digits = skip_digits(&s);
    if (span_skip(&s, "."))
        digits += skip_digits(&s);
    if (!digits)
        return false;
    if (span_skip(&s, "e") || span_skip(&s, "E")) {
        skip_sign(&s);
        if (!skip_digits(&s))
            return false;
    }
    return s.len == 0;
}

bool number_parse(struct span text, double *value)
{
    return looks_like_float(text) && number_read_float(text, value) == NUMBER_READ;
}

// Takes the digits and the exponent out of d.ddde-ddd.
static struct number_digits take_digits(const char *text)
{
    struct number_digits d = {0};
    const char *at = text;

    for (; *at != 'e'; at++) {
        if (*at != '.')
            d.digits[d.len++] = *at;
    }
    while (d.len > 1 && d.digits[d.len - 1] == '0')
        d.len--;
    for (const char *digit = at + 2; *digit; digit++)
        d.exponent = d.exponent * 10 + (*digit - '0');
    if (at[1] == '-')
        d.exponent = -d.exponent;
    return d;
}

static bool survives(const char *text, double value, bool single)
{
    double read;

    if (number_read_float(span_str(text), &read) == NUMBER_SYNTAX)
        return false;
    return single ? (float)read == (float)value : read == value;
}

// Adds one to the last digit of d.ddde-ddd; a carry out of the first one does not come up.
static void step_up(char *text)
{
    char *digit = strchr(text, 'e') - 1;

    for (; *digit == '9' || *digit == '.'; digit--) {
        if (*digit == '9')
            *digit = '0';
    }
    ++*digit;
}

// What reads back as a power of two reaches further up than down: the number of so many digits
// that is next above may do when the nearest one, below, does not.
static bool survives_above(char *text, double value, bool single)
{
    int exponent;

    if (value < DBL_MIN || frexp(value, &exponent) != 0.5)
        return false;
    step_up(text);
    return survives(text, value, single);
}

// The digits of `value` in units of 10^-`decimals`.
static struct number_digits whole_digits(uint64_t value, int decimals)
{
    struct number_digits d = {0};
    char reversed[sizeof(d.digits)];
    int len = 0;

    do
        reversed[len++] = (char)('0' + value % 10);
    while (value /= 10);
    d.exponent = len - 1 - decimals;
    while (d.len < len) {
        d.digits[d.len] = reversed[len - 1 - d.len];
        d.len++;
    }
    while (d.len > 1 && d.digits[d.len - 1] == '0')
        d.len--;
    return d;
}

// Whole numbers of which none is skipped, and those with few decimals, which most numbers of a
// document are, without a conversion. Both operands of the division are exact, so it gives what
// the decimal reads as; and of decimals with so few digits no other one reads as the same.
static bool is_short(double value, bool single, struct number_digits *d)
{
    double unit = 10;

    if (value < (single ? 0x1p24 : 0x1p53) && value == trunc(value)) {
        *d = whole_digits((uint64_t)value, 0);
        return true;
    }
    for (int decimals = 1; !single && value < 1e9 && decimals <= 3; decimals++, unit *= 10) {
        double scaled = rint(value * unit);

        if (scaled >= 1 && scaled / unit == value) {
            *d = whole_digits((uint64_t)scaled, decimals);
            return true;
        }
    }
    return false;
}

struct number_digits number_shortest(double value, bool single)
{
    int first = single ? DIGITS_SURE_SINGLE : DIGITS_SURE;
    int last = single ? DIGITS_MAX_SINGLE : DIGITS_MAX;
    char text[40]; // d.ddde-ddd
    struct number_digits d;

    if (single)
        value = (float)value;
    if (value < (single ? FLT_MIN : DBL_MIN))
        first = 1; // a denormal has fewer bits
    if (is_short(value, single, &d))
        return d;
    // What needs fewer digits than are sure ends with zeros, which go.
    for (int digits = first;; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, value);
        if (digits == last || survives(text, value, single) || survives_above(text, value, single))
            return take_digits(text);
    }
}

static char *put(char *out, const char *text, int len)
{
    memcpy(out, text, (size_t)len);
    return out + len;
}

// d.ddde+dd
static void put_scientific(char *out, const struct number_digits *d)
{
    *out++ = d->digits[0];
    if (d->len > 1) {
        *out++ = '.';
        out = put(out, d->digits + 1, d->len - 1);
    }
    snprintf(out, EXPONENT_BYTES, "e%c%02d", d->exponent < 0 ? '-' : '+', abs(d->exponent));
}

// Plain digits with a point where one is needed.
static void put_fixed(char *out, const struct number_digits *d)
{
    if (d->exponent < 0) {
        out = put(out, "0.", 2);
        for (int i = -1; i > d->exponent; i--)
            *out++ = '0';
        out = put(out, d->digits, d->len);
    } else {
        for (int i = 0; i < d->len || i <= d->exponent; i++) {
            if (i == d->exponent + 1)
                *out++ = '.';
            *out++ = i < d->len ? d->digits[i] : '0';
        }
    }
    *out = '\0';
}

static const char *special(double value)
{
    if (isnan(value))
        return "NaN";
    return value < 0 ? "-Inf" : "+Inf";
}

void number_format(double value, bool single, char form, char out[NUMBER_BYTES_MAX])
{
    struct number_digits d;

    if (!isfinite(value)) {
        snprintf(out, NUMBER_BYTES_MAX, "%s", special(value));
        return;
    }
    if (signbit(value))
        *out++ = '-';
    d = number_shortest(fabs(value), single);
    if (form == 'e' || (form == 'g' && (d.exponent < -4 || d.exponent >= 6)))
        put_scientific(out, &d);
    else
        put_fixed(out, &d);
}

static void add_shortest(struct buf *out, double value, char form)
{
    char text[NUMBER_BYTES_MAX];
    bool upper = form == 'E' || form == 'G';
    char *letter;

    number_format(value, false, (char)(upper ? form - 'E' + 'e' : form), text);
    letter = upper ? strchr(text, 'e') : NULL;
    if (letter)
        *letter = 'E';
    buf_add_str(out, text);
}

// printf's forms are Go's when the precision is given: both round half to even.
static void add_rounded(struct buf *out, double value, char form, int precision)
{
    size_t room = FIXED_BYTES + (size_t)precision;
    char *at = buf_reserve(out, room);
    int len = 0;

    if (!at)
        return;
    switch (form) {
    case 'e': len = snprintf(at, room, "%.*e", precision, value); break;
    case 'E': len = snprintf(at, room, "%.*E", precision, value); break;
    case 'f': len = snprintf(at, room, "%.*f", precision, value); break;
    case 'g': len = snprintf(at, room, "%.*g", precision, value); break;
    case 'G': len = snprintf(at, room, "%.*G", precision, value); break;
    }
    buf_commit(out, (size_t)len);
}

// The mantissa with its leading bit, and the exponent of two of its last bit.
static uint64_t mantissa_of(double value, int *exponent)
{
    uint64_t bits, mantissa;

    memcpy(&bits, &value, sizeof(bits));
    mantissa = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
    *exponent = (int)(bits >> MANTISSA_BITS & 0x7ff);
    if (*exponent)
        mantissa |= UINT64_C(1) << MANTISSA_BITS;
    else
        *exponent = 1; // a denormal
    *exponent -= BIAS + MANTISSA_BITS;
    return mantissa;
}

static void add_binary(struct buf *out, double value)
{
    int exponent;
    uint64_t mantissa = mantissa_of(value, &exponent);

    buf_printf(out, "%llup%+d", (unsigned long long)mantissa, exponent);
}

// Cuts a mantissa whose first digit is at HEX_BITS to `digits` more, half to even.
static uint64_t round_hex(uint64_t mantissa, int digits)
{
    int shift = HEX_BITS - 4 * digits;
    uint64_t rest = mantissa & ((UINT64_C(1) << shift) - 1);
    uint64_t half = UINT64_C(1) << (shift - 1);

    mantissa >>= shift;
    if (rest > half || (rest == half && (mantissa & 1)))
        mantissa++;
    return mantissa << shift;
}

static void add_hex(struct buf *out, double value, char form, int precision)
{
    const char *digits = form == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
    int exponent;
    uint64_t mantissa = mantissa_of(value, &exponent);

    exponent = mantissa ? exponent + MANTISSA_BITS : 0;
    mantissa <<= HEX_BITS - MANTISSA_BITS;
    for (; mantissa && !(mantissa >> HEX_BITS); mantissa <<= 1)
        exponent--;
    if (precision >= 0 && precision < HEX_DIGITS)
        mantissa = round_hex(mantissa, precision);
    if (mantissa >> (HEX_BITS + 1)) {
        mantissa >>= 1;
        exponent++;
    }
    buf_printf(out, "0%c%c", form, (char)('0' + (mantissa >> HEX_BITS)));
    mantissa <<= 4;
    if (precision < 0 ? mantissa != 0 : precision > 0)
        buf_add_char(out, '.');
    for (int i = 0; precision < 0 ? mantissa != 0 : i < precision; i++, mantissa <<= 4)
        buf_add_char(out, digits[mantissa >> HEX_BITS & 0xf]);
    buf_printf(out, "%c%c%02d", form - 'x' + 'p', exponent < 0 ? '-' : '+', abs(exponent));
}

void number_add(struct buf *out, double value, char form, int precision)
{
    if (!isfinite(value)) {
        buf_add_str(out, special(value));
        return;
    }
    if (form == 'b' || form == 'x' || form == 'X') {
        if (signbit(value))
            buf_add_char(out, '-');
        value = fabs(value);
        if (form == 'b')
            add_binary(out, value);
        else
            add_hex(out, value, form, precision);
    } else if (precision < 0) {
        add_shortest(out, value, form);
    } else {
        add_rounded(out, value, form, precision);
    }
}
