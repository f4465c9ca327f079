// SPDX-License-Identifier: Apache-2.0
// Where a JSON value ends.
#include "model/chart/values/set_json.h"

#include <stdbool.h>
#include <string.h>

static bool is_one_of(struct span text, size_t i, const char *set)
{
    return i < text.len && text.ptr[i] && strchr(set, text.ptr[i]);
}

static size_t string_end(struct span text, size_t i)
{
    for (i++; i < text.len && text.ptr[i] != '"'; i++)
        if (text.ptr[i] == '\\')
            i++;
    return i < text.len ? i + 1 : text.len;
}

// Behind the bracket that closes the one at i.
static size_t bracket_end(struct span text, size_t i)
{
    size_t open = 0;

    while (i < text.len) {
        if (text.ptr[i] == '"') {
            i = string_end(text, i);
            continue;
        }
        if (is_one_of(text, i, "[{"))
            open++;
        else if (is_one_of(text, i, "]}") && --open == 0)
            return i + 1;
        i++;
    }
    return i;
}

static size_t digits_end(struct span text, size_t i)
{
    while (is_one_of(text, i, "0123456789"))
        i++;
    return i;
}

static size_t number_end(struct span text, size_t i)
{
    size_t exponent;

    i += is_one_of(text, i, "-");
    i = is_one_of(text, i, "0") ? i + 1 : digits_end(text, i);
    if (is_one_of(text, i, "."))
        i = digits_end(text, i + 1);
    if (!is_one_of(text, i, "eE"))
        return i;
    exponent = i + 1;
    return digits_end(text, exponent + is_one_of(text, exponent, "+-"));
}

static size_t word_end(struct span text, size_t i)
{
    static const char *const words[] = {"true", "false", "null"};
    struct span rest = span_tail(text, i);

    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
        if (span_starts(rest, words[w]))
            return i + strlen(words[w]);
    return text.len;
}

size_t set_json_length(struct span text)
{
    size_t i = 0;

    while (is_one_of(text, i, " \t\r\n"))
        i++;
    if (is_one_of(text, i, "\""))
        return string_end(text, i);
    if (is_one_of(text, i, "[{"))
        return bracket_end(text, i);
    return is_one_of(text, i, "-0123456789") ? number_end(text, i) : word_end(text, i);
}
