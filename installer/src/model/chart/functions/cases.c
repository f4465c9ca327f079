// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of words and lines: Masterminds/goutils 1.1 and huandu/xstrings 1.5. Several of
// them take bytes for characters; so do we.
#include "base/buf.h"
#include "base/rune.h"
#include "base/text.h"
#include "model/chart/functions/functions.h"
#include "model/chart/functions/words.h"

// They look at each rune, some several times.
static int charge_runes(const struct template_call *call, struct span text, struct err **err)
{
    return template_charge(call, 20 + text.len, err);
}

static void add_rune(struct buf *out, uint32_t rune)
{
    char bytes[4];

    buf_add(out, bytes, text_encode(rune, bytes));
}

// --- letters ---

// strings.Title's: what stands before a word.
static bool separates(uint32_t rune)
{
    if (rune_is_letter(rune) || rune_is_digit(rune) || rune == '_')
        return false;
    return rune < 0x80 || rune_is_space(rune);
}

static int title(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[0].s;
    uint32_t before = ' ';

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    while (rest.len) {
        uint32_t rune = rune_next(&rest);

        add_rune(&out, separates(before) ? rune_title(rune) : rune);
        before = rune;
    }
    return functions_take_text(call, &out, result, err);
}

static int untitle(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[0].s;
    bool first = true;

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    while (rest.len) {
        uint32_t rune = rune_next(&rest);
        bool space = rune_is_space(rune);

        add_rune(&out, first && !space ? rune_lower(rune) : rune);
        first = space;
    }
    return functions_take_text(call, &out, result, err);
}

static uint32_t swapped(uint32_t rune, bool first)
{
    if (rune_is_upper(rune) || rune_is_title(rune))
        return rune_lower(rune);
    if (rune_is_lower(rune))
        return first ? rune_title(rune) : rune_upper(rune);
    return rune;
}

static int swapcase(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[0].s;
    bool first = true;

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    while (rest.len) {
        uint32_t rune = rune_next(&rest);
        bool has_case = rune_is_upper(rune) || rune_is_title(rune) || rune_is_lower(rune);

        add_rune(&out, swapped(rune, first));
        first = !has_case && rune_is_space(rune);
    }
    return functions_take_text(call, &out, result, err);
}

static int nospace(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span text = call->args[0].s;
    size_t kept = 0;

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (rune_is_space((unsigned char)text.ptr[i]))
            continue;
        add_rune(&out, (unsigned char)text.ptr[i]); // a byte is a character to goutils
        kept++;
    }
    if (kept == text.len) {
        *result = call->args[0];
        return 0;
    }
    return functions_take_text(call, &out, result, err);
}

static int initials(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span text = call->args[0].s;
    bool first = true;

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool space = rune_is_space(c);

        if (first && !space)
            add_rune(&out, c);
        first = space;
    }
    return functions_take_text(call, &out, result, err);
}

// --- cut ---

static struct span part(struct span text, int64_t from, int64_t to)
{
    return span_head(span_tail(text, (size_t)from), (size_t)(to - from));
}

// At most `width` bytes, at least 4, from byte `offset` on: "...bcd...".
static void abbreviate(struct span text, int64_t offset, int64_t width, struct buf *out)
{
    int64_t len = (int64_t)text.len;

    if (len <= width) {
        buf_add_span(out, text);
        return;
    }
    if (offset > len)
        offset = len;
    if (len - offset < width - 3)
        offset = len - (width - 3);
    if (offset <= 4) {
        buf_add_span(out, part(text, 0, width - 3));
        buf_add_str(out, "...");
        return;
    }
    buf_add_str(out, "...");
    if (offset + width - 3 < len)
        abbreviate(span_tail(text, (size_t)offset), 0, width - 3, out);
    else
        buf_add_span(out, part(text, len - (width - 3), len));
}

static int abbreviated(struct template_call *call, struct span text, int64_t left, int64_t right,
                       struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    *result = value_string(text);
    if (right < 4 || (left > 0 && right < 7))
        return 0;
    if (left < 0)
        left = 0;
    abbreviate(text, left, right, &out);
    return functions_take_text(call, &out, result, err);
}

static int abbrev(struct template_call *call, struct value *result, struct err **err)
{
    return abbreviated(call, call->args[1].s, 0, call->args[0].i, result, err);
}

static int abbrevboth(struct template_call *call, struct value *result, struct err **err)
{
    return abbreviated(call, call->args[2].s, call->args[0].i, call->args[1].i, result, err);
}

// --- lines ---

// A line of at most `width` bytes off the text's start, cut at its last blank; a longer word is cut
// too when it may be, else it is a line of its own. False when there is no end of a line.
static bool take_line(struct span *text, size_t width, bool cut_words, struct span *line)
{
    size_t blank = span_rfind(span_head(*text, width + 1), ' ');

    if (blank > width) {
        if (cut_words) {
            *line = span_head(*text, width);
            *text = span_tail(*text, width);
            return true;
        }
        blank = width + span_find(span_tail(*text, width), ' ');
        if (blank == text->len)
            return false;
    }
    *line = span_head(*text, blank);
    *text = span_tail(*text, blank + 1);
    return true;
}

static int wrap_lines(struct template_call *call, struct span text, struct span newline,
                      bool cut_words, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    size_t width = call->args[0].i < 1 ? 1 : (size_t)call->args[0].i;
    struct span line;

    while (text.len > width) {
        if (text.ptr[0] == ' ') {
            text = span_tail(text, 1);
            continue;
        }
        if (!take_line(&text, width, cut_words, &line))
            break;
        buf_add_span(&out, line);
        buf_add_span(&out, newline);
    }
    buf_add_span(&out, text);
    return functions_take_text(call, &out, result, err);
}

static int wrap(struct template_call *call, struct value *result, struct err **err)
{
    return wrap_lines(call, call->args[1].s, SPAN("\n"), false, result, err);
}

static int wrap_with(struct template_call *call, struct value *result, struct err **err)
{
    struct span newline = call->args[1].s.len ? call->args[1].s : SPAN("\n");

    return wrap_lines(call, call->args[2].s, newline, true, result, err);
}

// --- names ---

static int camelcase(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    words_pascal(call->args[0].s, &out);
    return functions_take_text(call, &out, result, err);
}

static int connected(struct template_call *call, char connector, struct value *result,
                     struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    if (charge_runes(call, call->args[0].s, err) < 0)
        return -1;
    words_connect(call->args[0].s, connector, &out);
    return functions_take_text(call, &out, result, err);
}

static int snakecase(struct template_call *call, struct value *result, struct err **err)
{
    return connected(call, '_', result, err);
}

static int kebabcase(struct template_call *call, struct value *result, struct err **err)
{
    return connected(call, '-', result, err);
}

// plural ONE MANY COUNT
static int plural(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = call->args[2].i == 1 ? call->args[0] : call->args[1];
    return 0;
}

functions_family functions_cases = {
    {"title", title, "s", NULL},
    {"untitle", untitle, "s", NULL},
    {"swapcase", swapcase, "s", NULL},
    {"nospace", nospace, "s", NULL},
    {"initials", initials, "s", NULL},
    {"abbrev", abbrev, "is", NULL},
    {"abbrevboth", abbrevboth, "iis", NULL},
    {"wrap", wrap, "is", NULL},
    {"wrapWith", wrap_with, "iss", NULL},
    {"camelcase", camelcase, "s", NULL},
    {"snakecase", snakecase, "s", NULL},
    {"kebabcase", kebabcase, "s", NULL},
    {"plural", plural, "ssi", NULL},
    {0},
};
