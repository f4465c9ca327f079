// SPDX-License-Identifier: Apache-2.0
// Semantic versions.
#include "base/semver.h"

enum { NUMBERS = 3 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Digits, letters and '-'.
static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

// The digits at the start of *text.
static struct span take_digits(struct span *text)
{
    struct span digits = {text->ptr, 0};

    while (digits.len < text->len && is_digit(text->ptr[digits.len]))
        digits.len++;
    *text = span_tail(*text, digits.len);
    return digits;
}

static bool is_number(struct span word)
{
    struct span rest = word;

    return take_digits(&rest).len == word.len;
}

// Words with a dot between them. A number among those of a pre-release has no leading zero.
static bool are_words(struct span text, bool strict)
{
    struct span word;

    if (!text.len || span_ends(text, "."))
        return false;
    while (span_next(&text, '.', &word)) {
        if (!word.len || (strict && word.len > 1 && word.ptr[0] == '0' && is_number(word)))
            return false;
        for (size_t i = 0; i < word.len; i++)
            if (!is_word(word.ptr[i]))
                return false;
    }
    return true;
}

static bool parse_numbers(struct span *text, struct semver *v)
{
    do {
        if (!span_u64(take_digits(text), &v->number[v->count++]))
            return false;
    } while (v->count < NUMBERS && span_skip(text, "."));
    return true;
}

bool semver_parse(struct span text, struct semver *v)
{
    size_t plus;

    *v = (struct semver){.pre = SPAN_EMPTY, .build = SPAN_EMPTY};
    if (text.len > SEMVER_MAX_BYTES)
        return false;
    (void)span_skip(&text, "v");
    if (!parse_numbers(&text, v))
        return false;
    plus = span_find(text, '+');
    if (plus < text.len) {
        v->build = span_tail(text, plus + 1);
        if (!are_words(v->build, false))
            return false;
    }
    text = span_head(text, plus);
    if (span_skip(&text, "-")) {
        v->pre = text;
        return are_words(v->pre, true);
    }
    return !text.len;
}

bool semver_is_exact(struct span text)
{
    struct semver v;

    return semver_parse(text, &v) && v.count == NUMBERS;
}

// Numbers come before words. What no 64 bits hold is a word, as it is for Masterminds.
static int compare_words(struct span a, struct span b)
{
    uint64_t number_a, number_b;
    bool is_a = span_u64(a, &number_a), is_b = span_u64(b, &number_b);

    if (is_a && is_b)
        return (number_a > number_b) - (number_a < number_b);
    if (is_a != is_b)
        return is_a ? -1 : 1;
    return span_cmp(a, b);
}

// A version without a pre-release comes after those with one; of two that start alike the longer
// one is the later.
static int compare_pre(struct span a, struct span b)
{
    struct span word_a, word_b;

    if (!a.len || !b.len)
        return (a.len == 0) - (b.len == 0);
    while (a.len && b.len) {
        int order;

        (void)span_next(&a, '.', &word_a);
        (void)span_next(&b, '.', &word_b);
        order = compare_words(word_a, word_b);
        if (order)
            return order;
    }
    return (a.len != 0) - (b.len != 0);
}

bool semver_is_plain(struct span text)
{
    struct span part;
    size_t parts = 0;

    if (span_ends(text, "."))
        return false;
    while (span_next(&text, '.', &part)) {
        parts++;
        for (size_t i = 0; i < part.len; i++)
            if (part.ptr[i] < '0' || part.ptr[i] > '9')
                return false;
        if (!part.len || (part.len > 1 && part.ptr[0] == '0'))
            return false;
    }
    return parts == 3;
}

int semver_compare(const struct semver *a, const struct semver *b)
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (a->number[i] != b->number[i])
            return a->number[i] < b->number[i] ? -1 : 1;
    return compare_pre(a->pre, b->pre);
}
