// SPDX-License-Identifier: Apache-2.0
// The pieces of a layout.
#include "model/chart/functions/layout.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/compiler.h"

// In the order in which Go tries them.
static const struct {
    const char *text;
    enum layout_kind kind;
    bool is_word; // no small letter may follow
} pieces[] = {
    {"January", LAYOUT_LONG_MONTH, false},
    {"Jan", LAYOUT_MONTH, true},
    {"Monday", LAYOUT_LONG_WEEKDAY, false},
    {"Mon", LAYOUT_WEEKDAY, true},
    {"MST", LAYOUT_ZONE_NAME, false},
    {"01", LAYOUT_ZERO_MONTH, false},
    {"02", LAYOUT_ZERO_DAY, false},
    {"03", LAYOUT_ZERO_HOUR_12, false},
    {"04", LAYOUT_ZERO_MINUTE, false},
    {"05", LAYOUT_ZERO_SECOND, false},
    {"06", LAYOUT_YEAR, false},
    {"002", LAYOUT_ZERO_YEAR_DAY, false},
    {"15", LAYOUT_HOUR, false},
    {"1", LAYOUT_NUM_MONTH, false},
    {"2006", LAYOUT_LONG_YEAR, false},
    {"2", LAYOUT_DAY, false},
    {"_2", LAYOUT_UNDER_DAY, false},
    {"__2", LAYOUT_UNDER_YEAR_DAY, false},
    {"3", LAYOUT_HOUR_12, false},
    {"4", LAYOUT_MINUTE, false},
    {"5", LAYOUT_SECOND, false},
    {"PM", LAYOUT_PM, false},
    {"pm", LAYOUT_SMALL_PM, false},
    {"-070000", LAYOUT_OFFSET, false},
    {"-07:00:00", LAYOUT_OFFSET, false},
    {"-0700", LAYOUT_OFFSET, false},
    {"-07:00", LAYOUT_OFFSET, false},
    {"-07", LAYOUT_OFFSET, false},
    {"Z070000", LAYOUT_OFFSET, false},
    {"Z07:00:00", LAYOUT_OFFSET, false},
    {"Z0700", LAYOUT_OFFSET, false},
    {"Z07:00", LAYOUT_OFFSET, false},
    {"Z07", LAYOUT_OFFSET, false},
};

static bool is_digit_at(struct span text, size_t at)
{
    return at < text.len && isdigit((unsigned char)text.ptr[at]);
}

// ".000" or ",999", not followed by another digit; its length, or 0.
static size_t fraction(struct span text)
{
    size_t len = 1;

    if ((text.ptr[0] != '.' && text.ptr[0] != ',') || text.len < 2 ||
        (text.ptr[1] != '0' && text.ptr[1] != '9'))
        return 0;
    while (len < text.len && text.ptr[len] == text.ptr[1])
        len++;
    return is_digit_at(text, len) ? 0 : len;
}

// The piece at the start of a text; its length, or 0.
static size_t piece_at(struct span text, enum layout_kind *kind)
{
    size_t len = fraction(text);

    if (len) {
        *kind = text.ptr[1] == '0' ? LAYOUT_FRACTION_0 : LAYOUT_FRACTION_9;
        return len;
    }
    if (span_starts(text, "_2006")) // a "_", and then the year
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        if (text.ptr[0] != pieces[i].text[0] || !span_starts(text, pieces[i].text))
            continue;
        len = strlen(pieces[i].text);
        if (pieces[i].is_word && len < text.len && islower((unsigned char)text.ptr[len]))
            continue;
        *kind = pieces[i].kind;
        return len;
    }
    return 0;
}

struct layout_piece layout_next(struct span *layout)
{
    struct layout_piece piece = {*layout, LAYOUT_END, span_tail(*layout, layout->len)};

    for (size_t at = 0; at < layout->len; at++) {
        struct span text = span_tail(*layout, at);
        size_t len = piece_at(text, &piece.kind);

        if (!len)
            continue;
        piece.before = span_head(*layout, at);
        piece.text = span_head(text, len);
        *layout = span_tail(text, len);
        return piece;
    }
    *layout = piece.text;
    return piece;
}

struct layout_offset layout_offset(struct span text)
{
    struct layout_offset form = {.z = span_starts(text, "Z"),
                                 .colons = span_find(text, ':') < text.len};

    form.minutes = text.len > 3;
    form.seconds = text.len == strlen("Z070000") || text.len == strlen("Z07:00:00");
    return form;
}
