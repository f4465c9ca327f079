// SPDX-License-Identifier: Apache-2.0
// Writing YAML as kustomize prints it: the block form that go-yaml v2's emitter makes of plain JSON
// values, byte for byte (indent 2, lists not indented in maps, lines folded after column 80).
// Not libyaml's emitter: that one differs in what it escapes and is several times slower.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/doc/doc_int.h"

#define WIDTH 80           // a space past this column is where a line may be folded
#define SIMPLE_KEY_MAX 128 // bytes; longer keys are written as "? key"

struct emitter {
    struct buf *out;
    int column;      // in characters
    int indent;      // of the innermost collection; -1 at the root
    bool whitespace; // the last thing written was white space
    bool indention;  // nothing but indentation and "-", "?", ":" so far in this line
};

// Where a node stands, which decides on the indentation of a list and on what a scalar may be.
enum place { PLACE_ITEM, PLACE_KEY, PLACE_LONG_KEY, PLACE_VALUE };

enum style { STYLE_PLAIN, STYLE_SINGLE, STYLE_DOUBLE, STYLE_LITERAL };

// --- lines and indentation ---

static void put(struct emitter *e, char c)
{
    buf_add_char(e->out, c);
    e->column++;
}

static void put_break(struct emitter *e)
{
    buf_add_char(e->out, '\n');
    e->column = 0;
}

static void write_indent(struct emitter *e)
{
    int indent = e->indent < 0 ? 0 : e->indent;

    if (!e->indention || e->column > indent || (e->column == indent && !e->whitespace))
        put_break(e);
    if (e->column < indent) {
        buf_add_repeat(e->out, ' ', (size_t)(indent - e->column));
        e->column = indent;
    }
    e->whitespace = true;
    e->indention = true;
}

static void write_indicator(struct emitter *e, const char *text, bool separate, bool is_indention)
{
    if (separate && !e->whitespace)
        put(e, ' ');
    buf_add_str(e->out, text);
    e->column += (int)strlen(text);
    e->whitespace = false;
    e->indention = e->indention && is_indention;
}

// --- what a text is made of ---

struct looks {
    bool block_indicators;
    bool line_breaks;
    bool tabs;    // go-yaml v2 takes them for special, v3 not always
    bool special; // anything else that is not printable
    bool leading_space, leading_break;
    bool trailing_space, trailing_break;
    bool break_space, space_break;
    bool simple; // printable ASCII only
};

static bool is_break(struct span s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];

    return c == '\n' || c == '\r' || (c == 0xc2 && (unsigned char)s.ptr[i + 1] == 0x85) ||
           (c == 0xe2 && (unsigned char)s.ptr[i + 1] == 0x80 &&
            ((unsigned char)s.ptr[i + 2] & 0xfe) == 0xa8);
}

static bool is_space(struct span s, size_t i)
{
    return i < s.len && s.ptr[i] == ' ';
}

// Bytes of the character at i, at most what is left.
static size_t width(struct span s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];
    size_t bytes = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    return bytes < s.len - i ? bytes : s.len - i;
}

// The byte `ahead` of i, 0 behind the end.
static unsigned char byte_at(struct span s, size_t i, size_t ahead)
{
    return s.len - i > ahead ? (unsigned char)s.ptr[i + ahead] : 0;
}

// go-yaml takes neither tabs nor anything beyond the basic plane for printable.
static bool is_printable(struct span s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];

    if (c < 0x80)
        return c == '\n' || (c >= 0x20 && c <= 0x7e);
    switch (c) {
    case 0xc2: return byte_at(s, i, 1) >= 0xa0;
    case 0xed: return byte_at(s, i, 1) < 0xa0;
    case 0xef: // not U+FEFF, U+FFFE and U+FFFF
        if (byte_at(s, i, 1) == 0xbb)
            return byte_at(s, i, 2) != 0xbf;
        return byte_at(s, i, 1) != 0xbf || byte_at(s, i, 2) < 0xbe;
    default: return c > 0xc2 && c <= 0xee;
    }
}

static bool blank_or_end(struct span s, size_t i)
{
    return i >= s.len || s.ptr[i] == ' ' || s.ptr[i] == '\t';
}

// Characters that mean something to YAML where they stand.
static bool is_indicator(struct span s, size_t i, bool after_space)
{
    char c = s.ptr[i];

    if (i == 0 && strchr("#,[]{}&*!|>'\"%@`", c))
        return true;
    if (c == ':' || (i == 0 && (c == '?' || c == '-')))
        return blank_or_end(s, i + 1);
    return c == '#' && after_space;
}

static void look_at(struct span s, size_t i, struct looks *l, bool *was_space, bool *was_break)
{
    size_t end = i + width(s, i);
    bool space = s.ptr[i] == ' ';
    bool line_break = !space && is_break(s, i);

    if (s.ptr[i] == '\t')
        l->tabs = true;
    else
        l->special |= !is_printable(s, i);
    if (space) {
        l->leading_space |= i == 0;
        l->trailing_space |= end == s.len;
        l->break_space |= *was_break;
    } else if (line_break) {
        l->line_breaks = true;
        l->leading_break |= i == 0;
        l->trailing_break |= end == s.len;
        l->space_break |= *was_space;
    }
    *was_space = space;
    *was_break = line_break;
}

static struct looks analyze(struct span s)
{
    struct looks l = {.simple = true};
    bool was_space = false;
    bool was_break = false;
    bool after_space = true;

    l.block_indicators = span_starts(s, "---") || span_starts(s, "...");
    for (size_t i = 0; i < s.len; i += width(s, i)) {
        char c = s.ptr[i];

        // Letters and digits, most of all text, are nothing of what is looked for.
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            was_space = was_break = after_space = false;
            continue;
        }
        l.simple = l.simple && c >= 0x20 && c <= 0x7e;
        l.block_indicators |= c && is_indicator(s, i, after_space);
        look_at(s, i, &l, &was_space, &was_break);
        after_space = was_space || was_break || c == '\t' || c == '\0';
    }
    return l;
}

// Whether an unquoted text would be read back as it is.
static bool fits_plain(const struct looks *l)
{
    return !l->block_indicators && !l->special && !l->tabs && !l->line_breaks &&
           !l->leading_space && !l->trailing_space;
}

static enum style choose_style(struct span s, const struct looks *l, bool text, enum place place)
{
    bool hard = l->space_break || l->special || l->tabs; // for all styles but double quotes

    if (memchr(s.ptr, '\n', s.len))
        return hard || l->trailing_space || place == PLACE_KEY ? STYLE_DOUBLE : STYLE_LITERAL;
    if (text && doc_text_needs_quotes(s))
        return STYLE_DOUBLE;
    if (fits_plain(l))
        return STYLE_PLAIN;
    return hard || l->break_space ? STYLE_DOUBLE : STYLE_SINGLE;
}

// --- scalars ---

static void write_char(struct emitter *e, struct span s, size_t *i)
{
    size_t bytes = width(s, *i);

    buf_add(e->out, s.ptr + *i, bytes);
    e->column++;
    *i += bytes;
}

static void write_break(struct emitter *e, struct span s, size_t *i)
{
    if (s.ptr[*i] == '\n') {
        put_break(e);
        ++*i;
        return;
    }
    write_char(e, s, i);
    e->column = 0;
}

// Whether the line may be folded at the space at i: past the width, at a space that stands alone
// and, in quotes, inside of the text.
static bool folds_at(const struct emitter *e, struct span s, size_t i, bool quoted)
{
    if (e->column <= WIDTH || is_space(s, i + 1) || (i > 0 && s.ptr[i - 1] == ' '))
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
                write_indent(e);
                i++;
            } else {
                write_char(e, s, &i);
            }
        } else if (is_break(s, i)) {
            if (!breaks && s.ptr[i] == '\n')
                put_break(e);
            write_break(e, s, &i);
            e->indention = true;
            breaks = true;
        } else {
            if (breaks)
                write_indent(e);
            if (quoted && s.ptr[i] == '\'')
                put(e, '\'');
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
        put(e, ' ');
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

    write_indicator(e, "\"", true, false);
    for (size_t i = 0; i < s.len;) {
        char c = s.ptr[i];

        if (all || c == '"' || c == '\\' || !is_printable(s, i) || is_break(s, i)) {
            struct span rest = span_tail(s, i);

            write_escape(e, rune_next(&rest));
            i = s.len - rest.len;
            spaces = false;
        } else if (c == ' ') {
            if (may_fold && !spaces && e->column > WIDTH && i > 0 && i < s.len - 1) {
                write_indent(e);
                if (is_space(s, i + 1))
                    put(e, '\\');
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
    write_indicator(e, "\"", false, false);
}

// "|", the indentation when the text starts with white space, and what becomes of its last breaks.
static void write_literal_header(struct emitter *e, struct span s)
{
    size_t last = s.len - 1;
    size_t before;

    write_indicator(e, "|", true, false);
    if (s.ptr[0] == ' ' || is_break(s, 0))
        write_indicator(e, "2", false, false);
    while (last && ((unsigned char)s.ptr[last] & 0xc0) == 0x80)
        last--;
    if (!is_break(s, last)) {
        write_indicator(e, "-", false, false);
        return;
    }
    before = last ? last - 1 : 0;
    while (before && ((unsigned char)s.ptr[before] & 0xc0) == 0x80)
        before--;
    if (last == 0 || is_break(s, before))
        write_indicator(e, "+", false, false);
}

static void write_literal(struct emitter *e, struct span s)
{
    bool breaks = true;

    write_literal_header(e, s);
    put_break(e);
    e->indention = true;
    e->whitespace = true;
    for (size_t i = 0; i < s.len;) {
        if (is_break(s, i)) {
            write_break(e, s, &i);
            e->indention = true;
            breaks = true;
        } else {
            size_t start = i;

            if (breaks)
                write_indent(e);
            while (i < s.len && !is_break(s, i))
                i += width(s, i);
            buf_add(e->out, s.ptr + start, i - start);
            e->column += (int)(i - start);
            e->indention = false;
            breaks = false;
        }
    }
}

// NEL is a line break to go-yaml v2 when it reads the JSON of the object: one becomes a space, and
// more of them newlines, with the spaces around them gone. kustomize prints what is left.
static struct span fold_nel(struct span s, struct buf *folded)
{
    for (size_t i = 0; i < s.len;) {
        size_t end = i;
        size_t count = 0;

        while (end < s.len &&
               (s.ptr[end] == ' ' || (is_break(s, end) && (unsigned char)s.ptr[end] == 0xc2))) {
            count += s.ptr[end] != ' ';
            end += width(s, end);
        }
        if (count)
            buf_add_repeat(folded, count == 1 ? ' ' : '\n', count == 1 ? 1 : count - 1);
        if (!count && end == i)
            end = i + width(s, i);
        if (!count)
            buf_add(folded, s.ptr + i, end - i);
        i = end;
    }
    return buf_span(folded);
}

static void write_styled(struct emitter *e, struct span s, const struct looks *l, bool text,
                         enum place place)
{
    bool may_fold = place != PLACE_KEY;

    switch (choose_style(s, l, text, place)) {
    case STYLE_PLAIN: write_plain(e, s, l, may_fold); break;
    case STYLE_SINGLE:
        write_indicator(e, "'", true, false);
        write_flow_text(e, s, true, may_fold);
        write_indicator(e, "'", false, false);
        break;
    case STYLE_DOUBLE: write_double(e, s, may_fold); break;
    case STYLE_LITERAL: write_literal(e, s); break;
    }
}

static void write_text(struct emitter *e, struct span s, bool text, enum place place)
{
    struct buf folded CLEANUP(buf_free) = BUF_INIT(SIZE_MAX);
    struct looks l = analyze(s);
    int indent = e->indent;

    if (text && l.special && span_search(s, SPAN("\xc2\x85")) < s.len) {
        s = fold_nel(s, &folded);
        l = analyze(s);
    }
    e->indent = indent < 0 ? 2 : indent + 2;
    write_styled(e, s, &l, text, place);
    e->indent = indent;
}

// --- collections ---

static void write_node(struct emitter *e, const struct node *n, enum place place);

static int by_key(const void *a, const void *b)
{
    const struct pair *const *left = a;
    const struct pair *const *right = b;

    return key_order((*left)->key, (*right)->key);
}

// The pairs in go-yaml's order; most maps are small or sorted already.
static const struct pair **sort_pairs(const struct node *n)
{
    const struct pair **order = mem_alloc(n->map.len * sizeof(*order));
    bool sorted = true;

    for (uint32_t i = 0; i < n->map.len; i++) {
        order[i] = &n->map.pairs[i];
        sorted = sorted && (i == 0 || key_order(order[i - 1]->key, order[i]->key) < 0);
    }
    if (!sorted)
        qsort(order, n->map.len, sizeof(*order), by_key);
    return order;
}

static bool is_multiline(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_break(s, i))
            return true;
    return false;
}

static void write_pair(struct emitter *e, const struct pair *pair)
{
    write_indent(e);
    if (pair->key.len <= SIMPLE_KEY_MAX && !is_multiline(pair->key)) {
        write_text(e, pair->key, true, PLACE_KEY);
        write_indicator(e, ":", false, false);
    } else {
        write_indicator(e, "?", true, true);
        write_text(e, pair->key, true, PLACE_LONG_KEY);
        write_indent(e);
        write_indicator(e, ":", true, true);
    }
    write_node(e, pair->value, PLACE_VALUE);
}

static void write_map(struct emitter *e, const struct node *n)
{
    const struct pair **order CLEANUP(mem_cleanup) = NULL;
    int indent = e->indent;

    if (n->map.len == 0) {
        write_indicator(e, "{}", true, false);
        return;
    }
    order = sort_pairs(n);
    e->indent = indent < 0 ? 0 : indent + 2;
    for (uint32_t i = 0; i < n->map.len; i++)
        write_pair(e, order[i]);
    e->indent = indent;
}

static void write_seq(struct emitter *e, const struct node *n, enum place place)
{
    int indent = e->indent;

    if (n->seq.len == 0) {
        write_indicator(e, "[]", true, false);
        return;
    }
    if (indent < 0)
        e->indent = 0;
    else if (place != PLACE_VALUE || e->indention) // directly in a map, a list is not indented
        e->indent = indent + 2;
    for (uint32_t i = 0; i < n->seq.len; i++) {
        write_indent(e);
        write_indicator(e, "-", true, true);
        write_node(e, n->seq.items[i], PLACE_ITEM);
    }
    e->indent = indent;
}

static void write_node(struct emitter *e, const struct node *n, enum place place)
{
    switch ((enum node_type)n->type) {
    case NODE_MAP: write_map(e, n); break;
    case NODE_SEQ: write_seq(e, n, place); break;
    case NODE_STRING: write_text(e, n->text, true, place); break;
    case NODE_NULL: write_text(e, SPAN("null"), false, place); break;
    default: write_text(e, n->text, false, place); break;
    }
}

bool text_may_be_block(struct span text)
{
    struct looks l = analyze(text);

    return text.len && !l.trailing_space && !l.space_break && !l.special;
}

bool doc_text_is_plain(struct span text)
{
    struct looks l = analyze(text);

    return choose_style(text, &l, true, PLACE_VALUE) == STYLE_PLAIN;
}

void doc_write_yaml(const struct node *n, struct buf *out)
{
    struct emitter e = {.out = out, .indent = -1, .whitespace = true, .indention = true};

    write_node(&e, n, PLACE_ITEM);
    if (e.column || !e.indention)
        put_break(&e);
}
