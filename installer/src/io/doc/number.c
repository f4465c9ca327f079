// SPDX-License-Identifier: Apache-2.0
// Floating point numbers as Go reads and prints them.
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/doc/doc_int.h"

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

// strtod of the "C" locale, whatever the program's locale is.
static double to_double(const char *text)
{
    static locale_t c_locale;

    if (!c_locale)
        c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return strtod_l(text, NULL, c_locale);
}

bool number_parse(struct span text, double *value)
{
    char small[64];
    char *large CLEANUP(mem_cleanup) = NULL;

    if (!looks_like_float(text))
        return false;
    if (text.len < sizeof(small)) {
        memcpy(small, text.ptr, text.len);
        small[text.len] = '\0';
    } else {
        large = mem_strn(text.ptr, text.len);
    }
    *value = to_double(large ? large : small);
    return isfinite(*value);
}

// The fewest digits that read back as a finite value not below 0, without trailing zeros, and the
// decimal exponent of the first one; `single`: as a float of 32 bits.
struct decimal {
    char digits[20];
    int len;
    int exponent;
};

static struct decimal shortest(double value, bool single)
{
    struct decimal d = {0};
    char text[40]; // d.ddde-ddd
    const char *at = text;

    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (single ? (float)to_double(text) == (float)value : to_double(text) == value)
            break;
    }
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

static char *put(char *out, const char *text, int len)
{
    memcpy(out, text, (size_t)len);
    return out + len;
}

// d.ddde+dd; `width` digits of the exponent at least.
static void format_e(char *out, const struct decimal *d, int width)
{
    int exponent = abs(d->exponent); // at most 324

    *out++ = d->digits[0];
    if (d->len > 1) {
        *out++ = '.';
        out = put(out, d->digits + 1, d->len - 1);
    }
    *out++ = 'e';
    *out++ = d->exponent < 0 ? '-' : '+';
    if (exponent >= 100)
        *out++ = (char)('0' + exponent / 100);
    if (exponent >= 10 || width == 2)
        *out++ = (char)('0' + exponent / 10 % 10);
    *out++ = (char)('0' + exponent % 10);
    *out = '\0';
}

// Plain digits with a point where one is needed.
static void format_f(char *out, const struct decimal *d)
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

static char *format_sign(double *value, char *out)
{
    if (!signbit(*value))
        return out;
    *value = -*value;
    *out++ = '-';
    return out;
}

// As strconv does with 'g' and the shortest precision.
static void format_g(double value, bool single, char *out)
{
    struct decimal d;

    out = format_sign(&value, out);
    d = shortest(value, single);
    if (d.exponent < -4 || d.exponent >= 6)
        format_e(out, &d, 2);
    else
        format_f(out, &d);
}

void number_format_key(double value, char out[NUMBER_TEXT_MAX])
{
    if (isfinite((float)value))
        format_g(value, true, out);
    else
        snprintf(out, NUMBER_TEXT_MAX, "%s", value < 0 ? "-.inf" : ".inf");
}

void number_format_json(double value, char out[NUMBER_TEXT_MAX])
{
    struct decimal d;

    out = format_sign(&value, out);
    d = shortest(value, false);
    if (value != 0 && (d.exponent < -6 || d.exponent >= 21))
        format_e(out, &d, 1);
    else
        format_f(out, &d);
}

double node_double(const struct node *n, double otherwise)
{
    double value;

    if (!node_is(n, NODE_INT) && !node_is(n, NODE_FLOAT))
        return otherwise;
    return number_parse(n->text, &value) ? value : otherwise;
}

void node_set_double(struct doc *d, struct node *n, double value)
{
    char text[NUMBER_TEXT_MAX];
    char source[NUMBER_TEXT_MAX];

    format_g(value, false, source);
    // Between -2^63 and 2^64 it is read back from JSON as an integer.
    if (value == trunc(value) && value >= -9223372036854775808.0 &&
        value < 18446744073709551616.0) {
        number_format_json(value, text);
        n->type = NODE_INT;
    } else {
        format_g(value, false, text);
        n->type = NODE_FLOAT;
    }
    doc_set_text(d, n, span_str(strcmp(text, "-0") == 0 ? "0" : text),
                 arena_span(doc_arena(d), span_str(source)));
}
