// SPDX-License-Identifier: Apache-2.0
// The order in which go-yaml writes the keys of a map.
#include <string.h>

#include "base/rune.h"
#include "io/doc/doc_int.h"

// The number at the start of `s` added to `value` (it wraps, as in Go), and its count of digits.
static uint64_t leading_number(struct span s, uint64_t value, size_t *digits)
{
    *digits = 0;
    while (s.len) {
        uint32_t rune = rune_next(&s);

        if (!rune_is_digit(rune))
            break;
        value = value * 10 + (uint64_t)rune - '0';
        (*digits)++;
    }
    return value;
}

// Whether the digits right before `at` have one that is not 0: then zeros at `at` count.
static bool after_number(const char *start, const char *at)
{
    while (at > start && at[-1] >= '0' && at[-1] <= '9')
        if (*--at != '0')
            return true;
    return false;
}

static int order_numbers(struct span a, struct span b, const char *start, uint32_t ar, uint32_t br)
{
    bool more = (ar == '0' || br == '0') && after_number(start, a.ptr);
    size_t a_digits;
    size_t b_digits;
    int64_t a_value = (int64_t)leading_number(a, more, &a_digits);
    int64_t b_value = (int64_t)leading_number(b, more, &b_digits);

    if (a_value != b_value)
        return a_value < b_value ? -1 : 1;
    if (a_digits != b_digits)
        return a_digits < b_digits ? -1 : 1;
    return ar < br ? -1 : 1;
}

// Whether the last rune of `s` is a digit.
static bool ends_in_digit(struct span s)
{
    size_t start = s.len;
    struct span last;

    while (start && ((unsigned char)s.ptr[--start] & 0xc0) == 0x80)
        continue;
    last = span_tail(s, start);
    return s.len && rune_is_digit(rune_next(&last));
}

static int order_keys(struct span a, struct span b, bool v3)
{
    size_t same = 0;
    size_t shorter = a.len < b.len ? a.len : b.len;
    struct span a_rest;
    struct span b_rest;
    uint32_t ar;
    uint32_t br;
    bool a_letter;

    while (same < shorter && a.ptr[same] == b.ptr[same])
        same++;
    if (same == shorter)
        return a.len < b.len ? -1 : a.len > b.len;
    while (same && ((unsigned char)a.ptr[same] & 0xc0) == 0x80)
        same--; // to the start of the rune that differs
    a_rest = span_tail(a, same);
    b_rest = span_tail(b, same);
    ar = rune_next(&a_rest);
    br = rune_next(&b_rest);
    a_letter = rune_is_letter(ar);
    if (a_letter != rune_is_letter(br))
        return a_letter == (v3 && ends_in_digit(span_head(a, same))) ? -1 : 1;
    if (a_letter)
        return ar < br ? -1 : 1;
    return order_numbers(span_tail(a, same), span_tail(b, same), a.ptr, ar, br);
}

int key_order(struct span a, struct span b)
{
    return order_keys(a, b, false);
}

int key_order_v3(struct span a, struct span b)
{
    return order_keys(a, b, true);
}
