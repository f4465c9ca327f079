// SPDX-License-Identifier: Apache-2.0
// What stands in a TOML file without quotes: numbers, truth values, points in time.
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "io/doc/toml/toml.h"

enum { NUMBER_LONGEST = 128 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Whether the text has that shape: d stands for a digit.
static bool has_shape(struct span text, const char *shape)
{
    for (size_t i = 0; i < text.len; i++)
        if (!shape[i] || (shape[i] == 'd' ? !is_digit(text.ptr[i]) : text.ptr[i] != shape[i]))
            return false;
    return !shape[text.len];
}

// Cuts ".ddd…" off its front; false when a point stands there without digits.
static bool cut_fraction(struct span *text)
{
    size_t digits = 0;

    if (!span_skip(text, "."))
        return true;
    while (digits < text->len && is_digit(text->ptr[digits]))
        digits++;
    *text = span_tail(*text, digits);
    return digits > 0;
}

static bool is_time(struct span text)
{
    struct span rest = span_tail(text, strlen("dd:dd:dd"));

    return has_shape(span_head(text, strlen("dd:dd:dd")), "dd:dd:dd") && cut_fraction(&rest) &&
           !rest.len;
}

// RFC 3339, with or without an offset, or a date or a time alone.
static bool is_moment(struct span text)
{
    struct span rest = text;

    if (is_time(text) || has_shape(text, "dddd-dd-dd"))
        return true;
    if (!has_shape(span_head(text, strlen("dddd-dd-dd")), "dddd-dd-dd"))
        return false;
    rest = span_tail(rest, strlen("dddd-dd-dd"));
    if (!span_skip(&rest, "T") && !span_skip(&rest, "t") && !span_skip(&rest, " "))
        return false;
    if (!span_skip(&rest, "Z") && (span_ends(rest, "Z") || span_ends(rest, "z")))
        return is_time(span_head(rest, rest.len - 1));
    if (rest.len > strlen("+dd:dd") &&
        (has_shape(span_tail(rest, rest.len - strlen("+dd:dd")), "+dd:dd") ||
         has_shape(span_tail(rest, rest.len - strlen("+dd:dd")), "-dd:dd")))
        return is_time(span_head(rest, rest.len - strlen("+dd:dd")));
    return is_time(rest);
}

// Without the underscores that stand between two digits; false for any other.
static bool drop_underscores(struct span text, char out[NUMBER_LONGEST], struct span *clean)
{
    size_t len = 0;

    if (text.len >= NUMBER_LONGEST)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c != '_')
            out[len++] = c;
        else if (i == 0 || i + 1 == text.len || text.ptr[i - 1] == '_' ||
                 strchr("+-.eExob_", text.ptr[i - 1]) || strchr("+-.eE", text.ptr[i + 1]))
            return false;
    }
    *clean = span_of(out, len);
    return true;
}

static bool read_based(struct span digits, unsigned base, int64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        unsigned digit = is_digit(c)            ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : base;

        if (digit >= base || *value > (INT64_MAX - (int64_t)digit) / (int64_t)base)
            return false;
        *value = *value * (int64_t)base + (int64_t)digit;
    }
    return digits.len > 0;
}

// [+-]?(0|[1-9][0-9]*), or without a sign 0x, 0o, 0b.
static bool read_integer(struct span text, int64_t *value)
{
    struct span digits = text;

    if (span_skip(&digits, "0x"))
        return read_based(digits, 16, value);
    if (span_skip(&digits, "0o"))
        return read_based(digits, 8, value);
    if (span_skip(&digits, "0b"))
        return read_based(digits, 2, value);
    if (!span_skip(&digits, "+"))
        span_skip(&digits, "-");
    if (digits.len > 1 && *digits.ptr == '0')
        return false;
    span_skip(&text, "+");
    return digits.len && is_digit(*digits.ptr) && span_i64(text, value);
}

// As an integer, then digits behind a point, or an exponent, or both.
static bool read_float(struct span text, double *value)
{
    struct span digits = text;
    size_t whole = 0;

    if (!span_skip(&digits, "+"))
        span_skip(&digits, "-");
    while (whole < digits.len && is_digit(digits.ptr[whole]))
        whole++;
    if (!whole || (whole > 1 && *digits.ptr == '0'))
        return false;
    digits = span_tail(digits, whole);
    return digits.len && cut_fraction(&digits) &&
           (!digits.len || *digits.ptr == 'e' || *digits.ptr == 'E') && number_parse(text, value);
}

// All that may be part of it. A space is, between a date and a time.
static struct span cut_plain(struct toml *t)
{
    const char *start = t->at;

    for (; t->at < t->end; t->at++) {
        char c = *t->at;

        if (c == ' ' && has_shape(span_of(start, (size_t)(t->at - start)), "dddd-dd-dd") &&
            t->end - t->at > 1 && is_digit(t->at[1]))
            continue;
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            (!c || !strchr("+-._:", c)))
            break;
    }
    return span_of(start, (size_t)(t->at - start));
}

int toml_read_plain(struct toml *t, struct node **out)
{
    struct span text = cut_plain(t), number;
    char clean[NUMBER_LONGEST], digits[NUMBER_BYTES_MAX];
    int64_t integer;
    double real;

    if (span_is(text, "true") || span_is(text, "false")) {
        *out = reader_node(&t->r, NODE_BOOL, t->line);
        (*out)->text = span_is(text, "true") ? SPAN("true") : SPAN("false");
        return 0;
    }
    *out = reader_node(&t->r, NODE_STRING, t->line);
    if (is_moment(text)) {
        (*out)->text = arena_span(t->r.d->arena, text);
        return 0;
    }
    if (drop_underscores(text, clean, &number)) {
        if (read_integer(number, &integer)) {
            (*out)->type = NODE_INT;
            (*out)->text = span_str(arena_printf(t->r.d->arena, "%lld", (long long)integer));
            return 0;
        }
        if (read_float(number, &real)) {
            number_format(real, false, 'g', digits);
            (*out)->type = NODE_FLOAT; // with a point, however whole
            (*out)->text = arena_span(t->r.d->arena, span_str(digits));
            return 0;
        }
    }
    if (!text.len)
        return toml_fail(t, "a value is missing");
    return err_set(t->r.err, ERR_CONFIG, "%s:%u: not a value: '%.*s'", t->r.file, t->line,
                   SPAN_ARG(span_head(text, 40)));
}
