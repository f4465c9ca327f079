// SPDX-License-Identifier: Apache-2.0
// The lexer. Within an action everything separates: blanks are tokens too, because ".a .b" and
// ".a.b" differ.
#include "io/template/parse/lexer.h"

#include <string.h>

#include "base/rune.h"
#include "io/template.h"

// A trim marker is a '-' and the blank beside it.
#define TRIM_MARKER_LEN 2u
#define DELIM_LEN 2u

// What rune_at() gives at the end.
#define RUNE_EOF UINT32_MAX

void lexer_init(struct lexer *l, struct arena *arena, struct span input)
{
    *l = (struct lexer){.arena = arena, .input = input};
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span rest(const struct lexer *l, uint32_t from)
{
    return span_tail(l->input, from);
}

static uint32_t byte_at(const struct lexer *l, uint32_t pos)
{
    return pos < l->input.len ? (unsigned char)l->input.ptr[pos] : RUNE_EOF;
}

// The rune at l->pos; *len is its length.
static uint32_t rune_at(const struct lexer *l, uint32_t *len)
{
    uint32_t c = byte_at(l, l->pos);
    struct span s;
    uint32_t rune;

    *len = c != RUNE_EOF;
    if (c < 0x80 || c == RUNE_EOF)
        return c;
    s = rest(l, l->pos);
    rune = rune_next(&s);
    *len = (uint32_t)(l->input.len - s.len) - l->pos;
    return rune;
}

static bool is_ascii_alphanumeric(uint32_t c)
{
    return (c | 0x20) - 'a' < 26 || c - '0' < 10 || c == '_'; // unsigned: below the first is large
}

static bool is_alphanumeric(uint32_t rune)
{
    if (rune < 0x80)
        return is_ascii_alphanumeric(rune);
    return rune != RUNE_EOF && (rune_is_letter(rune) || rune_is_digit(rune));
}

static void skip_alphanumeric(struct lexer *l)
{
    uint32_t len;

    do {
        while (is_ascii_alphanumeric(byte_at(l, l->pos)))
            l->pos++;
        if (byte_at(l, l->pos) < 0x80 || !is_alphanumeric(rune_at(l, &len)))
            return;
        l->pos += len;
    } while (true);
}

// Steps over what was read.
static void ignore(struct lexer *l)
{
    l->start = l->pos;
}

static struct token emit(struct lexer *l, enum token_type type)
{
    struct token t = {type, l->start, span_of(l->input.ptr + l->start, l->pos - l->start)};

    ignore(l);
    return t;
}

static struct token fail_with(struct lexer *l, struct span text)
{
    l->failed = true;
    return (struct token){TOKEN_ERROR, l->start, text};
}

static struct token fail(struct lexer *l, const char *text)
{
    return fail_with(l, span_str(text));
}

static struct token fail_rune(struct lexer *l, const char *what, uint32_t rune)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct value v = {.type = VALUE_INT32, .i = rune};

    buf_add_str(&out, what);
    value_sprintf(SPAN("%#U"), &v, 1, &out);
    return fail_with(l, arena_span(l->arena, buf_span(&out)));
}

static bool is_left_trim(const struct lexer *l, uint32_t pos)
{
    return byte_at(l, pos) == '-' && is_space(byte_at(l, pos + 1));
}

static bool is_delim(const struct lexer *l, uint32_t pos)
{
    return byte_at(l, pos) == '}' && byte_at(l, pos + 1) == '}';
}

// True at the right delimiter; *trim when a marker stands before it.
static bool at_right_delim(const struct lexer *l, uint32_t pos, bool *trim)
{
    uint32_t c = byte_at(l, pos);

    *trim = is_space(c) && byte_at(l, pos + 1) == '-' && is_delim(l, pos + TRIM_MARKER_LEN);
    return *trim || (c == '}' && is_delim(l, pos));
}

static void skip_spaces(struct lexer *l)
{
    while (is_space(byte_at(l, l->pos)))
        l->pos++;
}

static struct token read_right_delim(struct lexer *l, bool trim)
{
    struct token t;

    if (trim) {
        l->pos += TRIM_MARKER_LEN;
        ignore(l);
    }
    l->pos += DELIM_LEN;
    t = emit(l, TOKEN_RIGHT_DELIM);
    if (trim) {
        skip_spaces(l);
        ignore(l);
    }
    l->inside_action = false;
    return t;
}

// At "/*". False when it does not end as it has to, with *error.
static bool skip_comment(struct lexer *l, struct token *error)
{
    struct span text = rest(l, l->pos + 2);
    size_t end = span_search(text, SPAN("*/"));
    bool trim;

    if (end == text.len) {
        *error = fail(l, "unclosed comment");
        return false;
    }
    l->pos += (uint32_t)(2 + end + 2);
    if (!at_right_delim(l, l->pos, &trim)) {
        *error = fail(l, "comment ends before closing delimiter");
        return false;
    }
    l->pos += (trim ? TRIM_MARKER_LEN : 0) + DELIM_LEN;
    if (trim)
        skip_spaces(l);
    ignore(l);
    return true;
}

// Text up to the next action, the action's delimiter, or the end. Comments are passed over.
static struct token read_text(struct lexer *l)
{
    for (;;) {
        struct span text = rest(l, l->pos);
        size_t delim = span_search(text, SPAN("{{"));
        uint32_t at = l->pos + (uint32_t)delim, skip;
        struct token t;

        if (delim == text.len) {
            l->pos = (uint32_t)l->input.len;
            return emit(l, l->pos > l->start ? TOKEN_TEXT : TOKEN_EOF);
        }
        skip = is_left_trim(l, at + DELIM_LEN) ? TRIM_MARKER_LEN : 0;
        l->pos = at;
        if (skip)
            while (l->pos > l->start && is_space(byte_at(l, l->pos - 1)))
                l->pos--;
        if (l->pos > l->start)
            return emit(l, TOKEN_TEXT); // comes back here for the delimiter
        l->pos = at;
        ignore(l);
        l->pos += DELIM_LEN;
        if (span_starts(rest(l, l->pos + skip), "/*")) {
            l->pos += skip;
            ignore(l);
            if (!skip_comment(l, &t))
                return t;
            continue;
        }
        t = emit(l, TOKEN_LEFT_DELIM);
        l->pos += skip;
        ignore(l);
        l->inside_action = true;
        l->paren_depth = 0;
        return t;
    }
}

static bool at_terminator(const struct lexer *l)
{
    uint32_t c = byte_at(l, l->pos);

    switch (c) {
    case RUNE_EOF:
    case '.':
    case ',':
    case '|':
    case ':':
    case ')':
    case '(': return true;
    default: return is_space(c) || is_delim(l, l->pos);
    }
}

static struct token read_spaces(struct lexer *l)
{
    bool trim;

    skip_spaces(l);
    // The last blank belongs to the trim marker of " -}}".
    if (at_right_delim(l, l->pos - 1, &trim) && trim) {
        l->pos--;
        if (l->pos == l->start)
            return read_right_delim(l, true);
    }
    return emit(l, TOKEN_SPACE);
}

static enum token_type type_of_word(struct span word)
{
    static const struct {
        const char *word;
        enum token_type type;
    } words[] = {
        {"block", TOKEN_BLOCK},
        {"break", TOKEN_BREAK},
        {"continue", TOKEN_CONTINUE},
        {"define", TOKEN_DEFINE},
        {"else", TOKEN_ELSE},
        {"end", TOKEN_END},
        {"if", TOKEN_IF},
        {"nil", TOKEN_NIL},
        {"range", TOKEN_RANGE},
        {"template", TOKEN_TEMPLATE},
        {"with", TOKEN_WITH},
        {"true", TOKEN_BOOL},
        {"false", TOKEN_BOOL},
    };

    enum { LONGEST = 8 }; // "continue", "template"

    for (size_t i = 0; word.len <= LONGEST && i < ARRAY_LEN(words); i++)
        if (word.ptr[0] == words[i].word[0] && span_is(word, words[i].word))
            return words[i].type;
    return TOKEN_IDENTIFIER;
}

// A name that has been started: an identifier, or a field or variable behind its sign.
static struct token read_name(struct lexer *l, enum token_type type)
{
    uint32_t len;

    skip_alphanumeric(l);
    if (!at_terminator(l))
        return fail_rune(l, "bad character ", rune_at(l, &len));
    if (type == TOKEN_IDENTIFIER)
        type = type_of_word(span_of(l->input.ptr + l->start, l->pos - l->start));
    return emit(l, type);
}

static bool take(struct lexer *l, const char *valid)
{
    uint32_t c = byte_at(l, l->pos);

    if (c == RUNE_EOF || !c || c >= 0x80 || !strchr(valid, (int)c))
        return false;
    l->pos++;
    return true;
}

static void take_run(struct lexer *l, const char *valid)
{
    while (take(l, valid))
        ;
}

// Reads what may be a number; whether it is one the parser finds out.
static bool scan_number(struct lexer *l)
{
    const char *digits = "0123456789_";
    char exponent = 'e';
    uint32_t len;

    take(l, "+-");
    if (take(l, "0")) {
        exponent = 0;
        if (take(l, "xX")) {
            digits = "0123456789abcdefABCDEF_";
            exponent = 'p';
        } else if (take(l, "oO")) {
            digits = "01234567_";
        } else if (take(l, "bB")) {
            digits = "01_";
        } else {
            exponent = 'e';
        }
    }
    take_run(l, digits);
    if (take(l, "."))
        take_run(l, digits);
    if (exponent && take(l, exponent == 'e' ? "eE" : "pP")) {
        take(l, "+-");
        take_run(l, "0123456789_");
    }
    take(l, "i");
    if (!is_alphanumeric(rune_at(l, &len)))
        return true;
    l->pos += len; // the next thing must not be alphanumeric: it is shown
    return false;
}

static struct token fail_number(struct lexer *l)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&out, "bad number syntax: ");
    value_quote(span_of(l->input.ptr + l->start, l->pos - l->start), &out);
    return fail_with(l, arena_span(l->arena, buf_span(&out)));
}

static struct token read_number(struct lexer *l)
{
    uint32_t c;

    if (!scan_number(l))
        return fail_number(l);
    c = byte_at(l, l->pos);
    if (c != '+' && c != '-')
        return emit(l, TOKEN_NUMBER);
    if (!scan_number(l) || l->input.ptr[l->pos - 1] != 'i')
        return fail_number(l);
    return emit(l, TOKEN_COMPLEX);
}

// A string or character constant, behind its first quote; it stays on one line.
static struct token read_quoted(struct lexer *l, enum token_type type, char quote, const char *what)
{
    for (;;) {
        uint32_t c = byte_at(l, l->pos++);

        if (c == '\\') {
            c = byte_at(l, l->pos++);
            if (c != RUNE_EOF && c != '\n')
                continue;
        }
        if (c == RUNE_EOF || c == '\n') {
            l->pos = l->start;
            return fail(l, what);
        }
        if (c == (unsigned char)quote)
            return emit(l, type);
    }
}

static struct token read_raw_string(struct lexer *l)
{
    struct span text = rest(l, l->pos);
    size_t end = span_find(text, '`');

    if (end == text.len)
        return fail(l, "unterminated raw quoted string");
    l->pos += (uint32_t)end + 1;
    return emit(l, TOKEN_RAW_STRING);
}

static struct token read_paren(struct lexer *l, uint32_t c)
{
    if (c == '(') {
        l->paren_depth++;
        return emit(l, TOKEN_LEFT_PAREN);
    }
    if (!l->paren_depth)
        return fail(l, "unexpected right paren");
    l->paren_depth--;
    return emit(l, TOKEN_RIGHT_PAREN);
}

static bool starts_number(uint32_t c)
{
    return c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9');
}

// What starts with `c`, which has been read and may start a name or a number.
static struct token read_word(struct lexer *l, uint32_t c, uint32_t len)
{
    uint32_t next = byte_at(l, l->pos);

    if (c == '$')
        return at_terminator(l) ? emit(l, TOKEN_VARIABLE) : read_name(l, TOKEN_VARIABLE);
    if (c == '.' && next != RUNE_EOF && (next < '0' || next > '9'))
        return at_terminator(l) ? emit(l, TOKEN_DOT) : read_name(l, TOKEN_FIELD);
    if (starts_number(c)) {
        l->pos -= len;
        return read_number(l);
    }
    if (is_alphanumeric(c))
        return read_name(l, TOKEN_IDENTIFIER);
    if (c > ' ' && c < 0x7f)
        return emit(l, TOKEN_CHAR);
    return fail_rune(l, "unrecognized character in action: ", c);
}

static struct token read_action(struct lexer *l)
{
    bool trim;
    uint32_t len = 1, c = byte_at(l, l->pos);

    if ((c == '}' || is_space(c)) && at_right_delim(l, l->pos, &trim))
        return l->paren_depth ? fail(l, "unclosed left paren") : read_right_delim(l, trim);
    if (c == RUNE_EOF)
        return fail(l, "unclosed action");
    if (c >= 0x80)
        c = rune_at(l, &len);
    if (is_space(c))
        return read_spaces(l);
    l->pos += len;
    switch (c) {
    case '=': return emit(l, TOKEN_ASSIGN);
    case ':':
        if (byte_at(l, l->pos) != '=')
            return fail(l, "expected :=");
        l->pos++;
        return emit(l, TOKEN_DECLARE);
    case '|': return emit(l, TOKEN_PIPE);
    case '"': return read_quoted(l, TOKEN_STRING, '"', "unterminated quoted string");
    case '\'': return read_quoted(l, TOKEN_CHAR_CONSTANT, '\'', "unterminated character constant");
    case '`': return read_raw_string(l);
    case '(':
    case ')': return read_paren(l, c);
    default: return read_word(l, c, len);
    }
}

struct token lexer_next(struct lexer *l)
{
    if (l->failed)
        return (struct token){TOKEN_EOF, l->start, SPAN_EMPTY};
    return l->inside_action ? read_action(l) : read_text(l);
}

// The first `count` runes.
static struct span head_runes(struct span s, size_t count)
{
    struct span after = s;

    while (after.len && count--)
        (void)rune_next(&after);
    return span_head(s, s.len - after.len);
}

void token_describe(const struct token *t, struct buf *out)
{
    enum { SHOWN_RUNES_MAX = 10 };

    if (t->type == TOKEN_EOF) {
        buf_add_str(out, "EOF");
    } else if (t->type == TOKEN_ERROR) {
        buf_add_span(out, t->text);
    } else if (t->type > TOKEN_KEYWORD) {
        buf_printf(out, "<%.*s>", SPAN_ARG(t->text));
    } else if (t->text.len > SHOWN_RUNES_MAX) {
        value_quote(head_runes(t->text, SHOWN_RUNES_MAX), out);
        buf_add_str(out, "...");
    } else {
        value_quote(t->text, out);
    }
}
