// SPDX-License-Identifier: Apache-2.0
// Lines, and scalars in the four styles, folded where go-yaml v2 folds them; v3 never does.
#include "io/doc/yaml/emit.h"

#include <stdint.h>
#include <string.h>

#include "base/rune.h"
#include "io/doc/doc_int.h"
#include "io/doc/yaml/character.h"

#define WIDTH 80 // a space past this column is where a line may be folded

void emit_break(struct emitter *e)
{
    buf_add_char(e->out, '\n');
    e->column = 0;
}

void emit_indent(struct emitter *e)
{
    int indent = e->indent < 0 ? 0 : e->indent;

    if (!e->indention || e->column > indent || (e->column == indent && !e->whitespace))
        emit_break(e);
    if (e->column < indent) {
        buf_add_repeat(e->out, ' ', (size_t)(indent - e->column));
        e->column = indent;
    }
    e->whitespace = true;
    e->indention = true;
}

// --- scalars ---

static void write_char(struct emitter *e, struct span s, size_t *i)
{
    size_t bytes = yaml_width(s, *i);

    buf_add(e->out, s.ptr + *i, bytes);
    e->column++;
    *i += bytes;
}

static void write_break(struct emitter *e, struct span s, size_t *i)
{
    if (s.ptr[*i] == '\n') {
        emit_break(e);
        ++*i;
        return;
    }
    write_char(e, s, i);
    e->column = 0;
}

// Whether the line may be folded at the space at i: past the width, at a space that stands
// alone and, in quotes, inside of the text.
static bool folds_at(const struct emitter *e, struct span s, size_t i, bool quoted)
{
    if (e->column <= WIDTH || yaml_is_space(s, i + 1) || (i > 0 && s.ptr[i - 1] == ' '))
        return false;
    return !quoted || (i > 0 && i < s.len - 1);
}

// The text of plain and single-quoted scalars.
static void write_flow_text(struct emitter *e, struct span s, bool quoted, bool may_fold)
{
    bool breaks = false;

    for (size_t i = 0; i < s.len;) {
        if (s.ptr[i] == ' ') {
            if (may_fold && folds_at(e, s, i, quoted)) {
                emit_indent(e);
                i++;
            } else {
                write_char(e, s, &i);
            }
        } else if (yaml_is_break(s, i)) {
            if (!breaks && s.ptr[i] == '\n')
                emit_break(e);
            write_break(e, s, &i);
            e->indention = true;
            breaks = true;
        } else {
            if (breaks)
                emit_indent(e);
            if (quoted && s.ptr[i] == '\'')
                emit_char(e, '\'');
            write_char(e, s, &i);
            e->indention = false;
            breaks = false;
        }
    }
    e->whitespace = false;
    e->indention = false;
}

static void write_plain(struct emitter *e, struct span s, const struct looks *l, bool may_fold)
{
    if (!e->whitespace)
        emit_char(e, ' ');
    if (!l->simple || (may_fold && e->column + (int)s.len > WIDTH)) {
        write_flow_text(e, s, false, may_fold);
        return;
    }
    buf_add_span(e->out, s);
    e->column += (int)s.len;
    e->whitespace = false;
    e->indention = false;
}

// The letter behind the backslash, or 0 when the character is written by its number.
static char escape_letter(uint32_t rune)
{
    static const char named[] = "a\ab\bt\tn\nv\vf\fr\re\x1b\"\"\\\\";

    switch (rune) {
    case 0x00: return '0';
    case 0x85: return 'N';
    case 0xa0: return '_';
    case 0x2028: return 'L';
    case 0x2029: return 'P';
    default: break;
    }
    for (size_t i = 0; named[i]; i += 2)
        if ((unsigned char)named[i + 1] == rune)
            return named[i];
    return 0;
}

static void write_escape(struct emitter *e, uint32_t rune)
{
    char letter = escape_letter(rune);
    size_t before = e->out->len;

    if (letter)
        buf_printf(e->out, "\\%c", letter);
    else if (rune <= 0xff)
        buf_printf(e->out, "\\x%02X", rune);
    else if (rune <= 0xffff)
        buf_printf(e->out, "\\u%04X", rune);
    else
        buf_printf(e->out, "\\U%08X", rune);
    e->column += (int)(e->out->len - before);
}

static void write_double(struct emitter *e, struct span s, bool may_fold)
{
    // A quirk of go-yaml's: a byte order mark at the start makes it escape every character.
    bool all = span_starts(s, "\xef\xbb\xbf");
    bool spaces = false;

    emit_indicator(e, "\"", true, false);
    for (size_t i = 0; i < s.len;) {
        char c = s.ptr[i];

        if (all || c == '"' || c == '\\' || !yaml_is_printable(s, i) || yaml_is_break(s, i)) {
            struct span rest = span_tail(s, i);

            write_escape(e, rune_next(&rest));
            i = s.len - rest.len;
            spaces = false;
        } else if (c == ' ') {
            if (may_fold && !spaces && e->column > WIDTH && i > 0 && i < s.len - 1) {
                emit_indent(e);
                if (yaml_is_space(s, i + 1))
                    emit_char(e, '\\');
                i++;
            } else {
                write_char(e, s, &i);
            }
            spaces = true;
        } else {
            write_char(e, s, &i);
            spaces = false;
        }
    }
    emit_indicator(e, "\"", false, false);
}

// "|", the indentation when the text starts with white space, and what becomes of its last breaks.
static void write_literal_header(struct emitter *e, struct span s)
{
    size_t last = s.len - 1;
    size_t before;

    emit_indicator(e, "|", true, false);
    if (s.ptr[0] == ' ' || yaml_is_break(s, 0))
        emit_indicator(e, "2", false, false);
    while (last && ((unsigned char)s.ptr[last] & 0xc0) == 0x80)
        last--;
    if (!yaml_is_break(s, last)) {
        emit_indicator(e, "-", false, false);
        return;
    }
    before = last ? last - 1 : 0;
    while (before && ((unsigned char)s.ptr[before] & 0xc0) == 0x80)
        before--;
    if (last == 0 || yaml_is_break(s, before))
        emit_indicator(e, "+", false, false);
}

static void write_literal(struct emitter *e, struct span s)
{
    bool breaks = true;

    write_literal_header(e, s);
    emit_break(e);
    e->indention = true;
    e->whitespace = true;
    for (size_t i = 0; i < s.len;) {
        if (yaml_is_break(s, i)) {
            write_break(e, s, &i);
            e->indention = true;
            breaks = true;
        } else {
            size_t start = i;

            if (breaks)
                emit_indent(e);
            while (i < s.len && !yaml_is_break(s, i))
                i += yaml_width(s, i);
            buf_add(e->out, s.ptr + start, i - start);
            e->column += (int)(i - start);
            e->indention = false;
            breaks = false;
        }
    }
}

// NEL is a line break to go-yaml v2 when it reads the JSON of the object: one becomes a space, and
// more of them newlines, with the spaces around them gone. it writes what is left.
static struct span fold_nel(struct span s, struct buf *folded)
{
    for (size_t i = 0; i < s.len;) {
        size_t end = i;
        size_t count = 0;

        while (end < s.len && (s.ptr[end] == ' ' ||
                               (yaml_is_break(s, end) && (unsigned char)s.ptr[end] == 0xc2))) {
            count += s.ptr[end] != ' ';
            end += yaml_width(s, end);
        }
        if (count)
            buf_add_repeat(folded, count == 1 ? ' ' : '\n', count == 1 ? 1 : count - 1);
        if (!count && end == i)
            end = i + yaml_width(s, i);
        if (!count)
            buf_add(folded, s.ptr + i, end - i);
        i = end;
    }
    return buf_span(folded);
}

static void write_styled(struct emitter *e, struct span s, const struct looks *l, bool text,
                         enum place place)
{
    bool may_fold = place != PLACE_KEY && e->dialect == DIALECT_V2 && !e->unfolded;

    switch (yaml_choose_style(s, l, text, place, e->dialect)) {
    case STYLE_PLAIN: write_plain(e, s, l, may_fold); break;
    case STYLE_SINGLE:
        emit_indicator(e, "'", true, false);
        write_flow_text(e, s, true, may_fold);
        emit_indicator(e, "'", false, false);
        break;
    case STYLE_DOUBLE: write_double(e, s, may_fold); break;
    case STYLE_LITERAL: write_literal(e, s); break;
    }
}

void emit_text(struct emitter *e, struct span s, bool text, enum place place)
{
    struct buf folded CLEANUP(buf_free) = BUF_INIT(SIZE_MAX);
    struct looks l = yaml_look(s);
    int indent = e->indent;

    if (text && l.special && e->dialect == DIALECT_V2 && span_search(s, SPAN("\xc2\x85")) < s.len) {
        s = fold_nel(s, &folded);
        l = yaml_look(s);
    }
    e->indent = indent < 0 ? 2 : indent + 2;
    write_styled(e, s, &l, text, place);
    e->indent = indent;
}
