// SPDX-License-Identifier: Apache-2.0
// Runes: binary searches in Go's tables, with a short way for ASCII.
#include "base/rune.h"

#include <stddef.h>

#include "base/compiler.h"
#include "base/rune_case_table.h"
#include "base/rune_table.h"
#include "base/text.h"

uint32_t rune_next(struct span *s)
{
    uint32_t rune = RUNE_BAD;
    size_t len = text_rune(*s, &rune);

    *s = span_tail(*s, len ? len : 1);
    return len ? rune : RUNE_BAD;
}

uint32_t rune_last(struct span *s)
{
    enum { RUNE_BYTES_MAX = 4 };
    uint32_t rune;

    for (size_t len = 1; len <= s->len && len <= RUNE_BYTES_MAX; len++) {
        if (text_rune(span_tail(*s, s->len - len), &rune) == len) {
            *s = span_head(*s, s->len - len);
            return rune;
        }
    }
    *s = span_head(*s, s->len - 1);
    return RUNE_BAD;
}

static bool is_in(const struct rune_range *ranges, size_t count, uint32_t rune)
{
    size_t low = 0;

    while (low < count) {
        size_t middle = low + (count - low) / 2;

        if (rune > ranges[middle].high)
            low = middle + 1;
        else if (rune >= ranges[middle].low)
            return (rune - ranges[middle].low) % ranges[middle].stride == 0;
        else
            count = middle;
    }
    return false;
}

bool rune_is_letter(uint32_t rune)
{
    if (rune < 0x80)
        return (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z';
    return is_in(rune_letters, ARRAY_LEN(rune_letters), rune);
}

bool rune_is_digit(uint32_t rune)
{
    if (rune < 0x80)
        return rune >= '0' && rune <= '9';
    return is_in(rune_digits, ARRAY_LEN(rune_digits), rune);
}

bool rune_is_upper(uint32_t rune)
{
    if (rune < 0x80)
        return rune >= 'A' && rune <= 'Z';
    return is_in(rune_uppers, ARRAY_LEN(rune_uppers), rune);
}

bool rune_is_lower(uint32_t rune)
{
    if (rune < 0x80)
        return rune >= 'a' && rune <= 'z';
    return is_in(rune_lowers, ARRAY_LEN(rune_lowers), rune);
}

bool rune_is_title(uint32_t rune)
{
    return is_in(rune_titles, ARRAY_LEN(rune_titles), rune);
}

bool rune_is_number(uint32_t rune)
{
    return is_in(rune_numbers, ARRAY_LEN(rune_numbers), rune);
}

bool rune_is_punct(uint32_t rune)
{
    return is_in(rune_puncts, ARRAY_LEN(rune_puncts), rune);
}

bool rune_is_space(uint32_t rune)
{
    return is_in(rune_spaces, ARRAY_LEN(rune_spaces), rune);
}

bool rune_is_print(uint32_t rune)
{
    if (rune < 0x80)
        return rune >= 0x20 && rune < 0x7f;
    return is_in(rune_printables, ARRAY_LEN(rune_printables), rune);
}

static const struct rune_case *case_of(uint32_t rune)
{
    size_t low = 0;
    size_t high = ARRAY_LEN(rune_cases);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (rune > rune_cases[middle].high)
            low = middle + 1;
        else if (rune >= rune_cases[middle].low)
            return &rune_cases[middle];
        else
            high = middle;
    }
    return NULL;
}

// `odd`: the place within a pair of the case that is asked for.
static uint32_t moved(uint32_t rune, const struct rune_case *c, int32_t distance, uint32_t odd)
{
    if (distance == RUNE_PAIRS)
        return c->low + (((rune - c->low) & ~UINT32_C(1)) | odd);
    return rune + (uint32_t)distance;
}

uint32_t rune_upper(uint32_t rune)
{
    const struct rune_case *c;

    if (rune < 0x80)
        return rune_is_lower(rune) ? rune - 0x20 : rune;
    c = case_of(rune);
    return c ? moved(rune, c, c->upper, 0) : rune;
}

uint32_t rune_lower(uint32_t rune)
{
    const struct rune_case *c;

    if (rune < 0x80)
        return rune_is_upper(rune) ? rune + 0x20 : rune;
    c = case_of(rune);
    return c ? moved(rune, c, c->lower, 1) : rune;
}

uint32_t rune_title(uint32_t rune)
{
    const struct rune_case *c = case_of(rune);

    return c ? moved(rune, c, c->title, 0) : rune;
}

struct span rune_trim(struct span s)
{
    struct span rest = s;

    while (s.len && rune_is_space(rune_next(&rest)))
        s = rest;
    rest = s;
    while (s.len && rune_is_space(rune_last(&rest)))
        s = rest;
    return s;
}
