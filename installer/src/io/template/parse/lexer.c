// SPDX-License-Identifier: Apache-2.0
// The lexer. Within an action everything separates: blanks are tokens too, because ".a .b" and
// ".a.b" differ.
#include "io/template/parse/lexer.h"

#include <limits.h>
#include <string.h>

#include "base/rune.h"
#include "io/template.h"

// A trim marker is a '-' and the blank beside it.
#define TRIM_MARKER_LEN 2u
#define DELIM_LEN 2u

// What rune_at() gives at the end.
#define RUNE_EOF UINT32_MAX

// What a byte of an action is. Most of its bytes are of names, which makes the table worth its
// room.
enum {
    IN_NAME = 1,   // ASCII letters and digits, and _
    IS_BLANK = 2,  // of Go's lexer: no other white space
    ENDS_NAME = 4, // what may stand behind a name; "}}" may, too
};

#define TWO_IN_NAME(c) [c] = IN_NAME, [(c) + 1] = IN_NAME
#define TEN_IN_NAME(c)                                                                             \
    TWO_IN_NAME(c), TWO_IN_NAME((c) + 2), TWO_IN_NAME((c) + 4), TWO_IN_NAME((c) + 6),              \
        TWO_IN_NAME((c) + 8)
#define LETTERS_IN_NAME(a)                                                                         \
    TEN_IN_NAME(a), TEN_IN_NAME((a) + 10), TWO_IN_NAME((a) + 20), TWO_IN_NAME((a) + 22),           \
        TWO_IN_NAME((a) + 24)

static const unsigned char classes[UCHAR_MAX + 1] = {
    LETTERS_IN_NAME('a'),
    LETTERS_IN_NAME('A'),
    TEN_IN_NAME('0'),
    ['_'] = IN_NAME,
    [' '] = IS_BLANK | ENDS_NAME,
    ['\t'] = IS_BLANK | ENDS_NAME,
    ['\r'] = IS_BLANK | ENDS_NAME,
    ['\n'] = IS_BLANK | ENDS_NAME,
    ['.'] = ENDS_NAME,
    [','] = ENDS_NAME,
    ['|'] = ENDS_NAME,
    [':'] = ENDS_NAME,
    ['('] = ENDS_NAME,
    [')'] = ENDS_NAME,
};

void lexer_init(struct lexer *l, struct arena *arena, struct span input)
{
    *l = (struct lexer){.arena = arena,
                        .text = input.ptr,
                        .at = input.ptr,
                        .start = input.ptr,
                        .end = input.ptr + input.len};
}

static inline unsigned class_of(char c)
{
    return classes[(unsigned char)c];
}

// What of the text begins at `at`.
static inline struct span rest(const struct lexer *l, const char *at)
{
    return span_of(at, (size_t)(l->end - at));
}

// True when `word` stands at `at`, which may be the end.
static inline bool stands_at(const struct lexer *l, const char *at, const char *word)
{
    return span_starts(rest(l, at), word);
}

static inline uint32_t byte_at(const struct lexer *l, const char *at)
{
    return at < l->end ? (unsigned char)*at : RUNE_EOF;
}

// The rune at l->at; *len is its length.
static uint32_t rune_at(const struct lexer *l, uint32_t *len)
{
    uint32_t c = byte_at(l, l->at);
    struct span s;
    uint32_t rune;

    *len = c != RUNE_EOF;
    if (c < 0x80 || c == RUNE_EOF)
        return c;
    s = rest(l, l->at);
    rune = rune_next(&s);
    *len = (uint32_t)(s.ptr - l->at);
    return rune;
}

static bool is_alphanumeric(uint32_t rune)
{
    if (rune < 0x80)
        return class_of((char)rune) & IN_NAME;
    return rune != RUNE_EOF && (rune_is_letter(rune) || rune_is_digit(rune));
}

static inline void skip(struct lexer *l, unsigned class)
{
    const char *at = l->at;

    while (at < l->end && class_of(*at) & class)
        at++;
    l->at = at;
}

static void skip_name(struct lexer *l)
{
    uint32_t len;

    do {
        skip(l, IN_NAME);
        if (byte_at(l, l->at) < 0x80 || !is_alphanumeric(rune_at(l, &len)))
            return;
        l->at += len;
    } while (true);
}

// Steps over what was read.
static inline void ignore(struct lexer *l)
{
    l->start = l->at;
}

static inline void emit(struct lexer *l, enum token_type type, struct token *t)
{
    t->type = type;
    t->pos = (uint32_t)(l->start - l->text);
    t->text = span_of(l->start, (size_t)(l->at - l->start));
    ignore(l);
}

static void fail_with(struct lexer *l, struct span text, struct token *t)
{
    l->failed = true;
    *t = (struct token){TOKEN_ERROR, (uint32_t)(l->start - l->text), text};
}

static void fail(struct lexer *l, const char *text, struct token *t)
{
    fail_with(l, span_str(text), t);
}

static void fail_rune(struct lexer *l, const char *what, uint32_t rune, struct token *t)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct value v = {.type = VALUE_INT32, .i = rune};

    buf_add_str(&out, what);
    value_sprintf(SPAN("%#U"), &v, 1, &out);
    fail_with(l, arena_span(l->arena, buf_span(&out)), t);
}

// Whether "-}}" stands at `at`; the blank before it is for the caller to see.
static inline bool is_right_trim(const struct lexer *l, const char *at)
{
    return at < l->end && *at == '-' && stands_at(l, at, "-}}");
}

// At the right delimiter, or at its trim marker.
static void read_right_delim(struct lexer *l, bool trim, struct token *t)
{
    if (trim) {
        l->at += TRIM_MARKER_LEN;
        ignore(l);
    }
    l->at += DELIM_LEN;
    emit(l, TOKEN_RIGHT_DELIM, t);
    if (trim) {
        skip(l, IS_BLANK);
        ignore(l);
    }
    l->inside_action = false;
}

static void end_action(struct lexer *l, bool trim, struct token *t)
{
    if (l->paren_depth)
        fail(l, "unclosed left paren", t);
    else
        read_right_delim(l, trim, t);
}

// At "/*". False when it does not end as it has to, with an error in *t.
static bool skip_comment(struct lexer *l, struct token *t)
{
    struct span text = rest(l, l->at + 2);
    size_t end = span_search(text, SPAN("*/"));
    bool trim;

    if (end == text.len) {
        fail(l, "unclosed comment", t);
        return false;
    }
    l->at += 2 + end + 2;
    trim = l->at < l->end && class_of(*l->at) & IS_BLANK && is_right_trim(l, l->at + 1);
    if (!trim && !stands_at(l, l->at, "}}")) {
        fail(l, "comment ends before closing delimiter", t);
        return false;
    }
    l->at += (trim ? TRIM_MARKER_LEN : 0) + DELIM_LEN;
    if (trim)
        skip(l, IS_BLANK);
    ignore(l);
    return true;
}

// The next left delimiter from l->at on, or the end. It is searched once for the text before it and
// for itself.
static const char *next_delim(struct lexer *l)
{
    const char *at = l->at;

    if (l->delim && l->delim >= at)
        return l->delim;
    while (l->end - at >= (ptrdiff_t)DELIM_LEN &&
           (at = memchr(at, '{', (size_t)(l->end - at - 1)))) {
        if (at[1] == '{')
            return l->delim = at;
        at++;
    }
    return l->delim = l->end;
}

// The delimiter of an action at `at`, with `skipped` bytes of a trim marker.
static void read_left_delim(struct lexer *l, uint32_t skipped, struct token *t)
{
    emit(l, TOKEN_LEFT_DELIM, t);
    l->at += skipped;
    ignore(l);
    l->inside_action = true;
    l->paren_depth = 0;
}

// Text up to the next action, the action's delimiter, or the end. Comments are passed over.
static void read_text(struct lexer *l, struct token *t)
{
    for (;;) {
        const char *delim = next_delim(l), *behind = delim + DELIM_LEN;
        uint32_t skipped = 0;

        l->at = delim;
        if (delim == l->end) {
            emit(l, l->at > l->start ? TOKEN_TEXT : TOKEN_EOF, t);
            return;
        }
        if (l->end - behind >= (ptrdiff_t)TRIM_MARKER_LEN && behind[0] == '-' &&
            class_of(behind[1]) & IS_BLANK) {
            skipped = TRIM_MARKER_LEN;
            while (l->at > l->start && class_of(l->at[-1]) & IS_BLANK)
                l->at--;
        }
        if (l->at > l->start) {
            emit(l, TOKEN_TEXT, t); // comes back here for the delimiter
            return;
        }
        l->at = delim;
        ignore(l);
        l->at += DELIM_LEN;
        if (!stands_at(l, l->at + skipped, "/*")) {
            read_left_delim(l, skipped, t);
            return;
        }
        l->at += skipped;
        ignore(l);
        if (!skip_comment(l, t))
            return;
    }
}

// Whether a name may end at l->at.
static inline bool at_terminator(const struct lexer *l)
{
    return l->at == l->end || class_of(*l->at) & ENDS_NAME || stands_at(l, l->at, "}}");
}

// The last blank belongs to the trim marker of " -}}".
static void read_spaces(struct lexer *l, struct token *t)
{
    skip(l, IS_BLANK);
    if (!is_right_trim(l, l->at)) {
        emit(l, TOKEN_SPACE, t);
        return;
    }
    l->at--;
    if (l->at == l->start)
        end_action(l, true, t);
    else
        emit(l, TOKEN_SPACE, t);
}

static enum token_type type_of_word(struct span word)
{
    switch (word.len) {
    case 2: return span_starts(word, "if") ? TOKEN_IF : TOKEN_IDENTIFIER;
    case 3:
        if (span_starts(word, "end"))
            return TOKEN_END;
        return span_starts(word, "nil") ? TOKEN_NIL : TOKEN_IDENTIFIER;
    case 4:
        if (span_starts(word, "else"))
            return TOKEN_ELSE;
        if (span_starts(word, "with"))
            return TOKEN_WITH;
        return span_starts(word, "true") ? TOKEN_BOOL : TOKEN_IDENTIFIER;
    case 5:
        if (span_starts(word, "range"))
            return TOKEN_RANGE;
        if (span_starts(word, "block"))
            return TOKEN_BLOCK;
        if (span_starts(word, "break"))
            return TOKEN_BREAK;
        return span_starts(word, "false") ? TOKEN_BOOL : TOKEN_IDENTIFIER;
    case 6: return span_starts(word, "define") ? TOKEN_DEFINE : TOKEN_IDENTIFIER;
    case 8:
        if (span_starts(word, "template"))
            return TOKEN_TEMPLATE;
        return span_starts(word, "continue") ? TOKEN_CONTINUE : TOKEN_IDENTIFIER;
    default: return TOKEN_IDENTIFIER;
    }
}

// The rest of a name that has been started: an identifier, or a field or variable behind its sign.
static void read_name(struct lexer *l, enum token_type type, struct token *t)
{
    uint32_t len;

    skip_name(l);
    if (!at_terminator(l)) {
        fail_rune(l, "bad character ", rune_at(l, &len), t);
        return;
    }
    if (type == TOKEN_IDENTIFIER)
        type = type_of_word(span_of(l->start, (size_t)(l->at - l->start)));
    emit(l, type, t);
}

static bool take(struct lexer *l, const char *valid)
{
    uint32_t c = byte_at(l, l->at);

    if (c == RUNE_EOF || !c || c >= 0x80 || !strchr(valid, (int)c))
        return false;
    l->at++;
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
    l->at += len; // the next thing must not be alphanumeric: it is shown
    return false;
}

static void fail_number(struct lexer *l, struct token *t)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&out, "bad number syntax: ");
    value_quote(span_of(l->start, (size_t)(l->at - l->start)), &out);
    fail_with(l, arena_span(l->arena, buf_span(&out)), t);
}

// Decimal digits with a blank or parenthesis behind them, as most numbers are.
static bool skip_digits(struct lexer *l)
{
    const char *at = l->at;

    while (at < l->end && *at >= '0' && *at <= '9')
        at++;
    if (at == l->at || at == l->end || (!(class_of(*at) & IS_BLANK) && *at != ')'))
        return false;
    l->at = at;
    return true;
}

static void read_number(struct lexer *l, struct token *t)
{
    uint32_t c;

    if (skip_digits(l)) {
        emit(l, TOKEN_NUMBER, t);
        return;
    }
    if (!scan_number(l)) {
        fail_number(l, t);
        return;
    }
    c = byte_at(l, l->at);
    if (c != '+' && c != '-') {
        emit(l, TOKEN_NUMBER, t);
        return;
    }
    if (!scan_number(l) || l->at[-1] != 'i')
        fail_number(l, t);
    else
        emit(l, TOKEN_COMPLEX, t);
}

// A string or character constant, behind its first quote; it stays on one line.
static void read_quoted(struct lexer *l, enum token_type type, char quote, const char *what,
                        struct token *t)
{
    const char *at = l->at;

    for (; at < l->end && *at != '\n'; at++) {
        if (*at == quote) {
            l->at = at + 1;
            emit(l, type, t);
            return;
        }
        if (*at == '\\' && (++at == l->end || *at == '\n'))
            break;
    }
    l->at = l->start;
    fail(l, what, t);
}

static void read_raw_string(struct lexer *l, struct token *t)
{
    struct span text = rest(l, l->at);
    size_t end = span_find(text, '`');

    if (end == text.len) {
        fail(l, "unterminated raw quoted string", t);
        return;
    }
    l->at += end + 1;
    emit(l, TOKEN_RAW_STRING, t);
}

static void read_right_paren(struct lexer *l, struct token *t)
{
    if (!l->paren_depth) {
        fail(l, "unexpected right paren", t);
        return;
    }
    l->paren_depth--;
    emit(l, TOKEN_RIGHT_PAREN, t);
}

static bool starts_number(uint32_t c)
{
    return c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9');
}

// What starts with a dot.
static void read_dot(struct lexer *l, struct token *t)
{
    uint32_t next = byte_at(l, l->at + 1);

    if (next == RUNE_EOF || (next >= '0' && next <= '9')) {
        read_number(l, t);
        return;
    }
    l->at++;
    if (at_terminator(l))
        emit(l, TOKEN_DOT, t);
    else
        read_name(l, TOKEN_FIELD, t);
}

// What starts with no sign that has a meaning by itself.
static void read_other(struct lexer *l, struct token *t)
{
    uint32_t len, c = rune_at(l, &len);

    if (starts_number(c)) {
        read_number(l, t);
        return;
    }
    l->at += len;
    if (is_alphanumeric(c))
        read_name(l, TOKEN_IDENTIFIER, t);
    else if (c > ' ' && c < 0x7f)
        emit(l, TOKEN_CHAR, t);
    else
        fail_rune(l, "unrecognized character in action: ", c, t);
}

static void read_declare(struct lexer *l, struct token *t)
{
    if (byte_at(l, l->at) != '=') {
        fail(l, "expected :=", t);
        return;
    }
    l->at++;
    emit(l, TOKEN_DECLARE, t);
}

static void emit_one(struct lexer *l, enum token_type type, struct token *t)
{
    l->at++;
    emit(l, type, t);
}

// What starts with a sign.
static void read_sign(struct lexer *l, struct token *t)
{
    switch (*l->at) {
    case '=': emit_one(l, TOKEN_ASSIGN, t); return;
    case '|': emit_one(l, TOKEN_PIPE, t); return;
    case '(':
        l->paren_depth++;
        emit_one(l, TOKEN_LEFT_PAREN, t);
        return;
    case ')':
        l->at++;
        read_right_paren(l, t);
        return;
    case ':':
        l->at++;
        read_declare(l, t);
        return;
    case '"':
        l->at++;
        read_quoted(l, TOKEN_STRING, '"', "unterminated quoted string", t);
        return;
    case '\'':
        l->at++;
        read_quoted(l, TOKEN_CHAR_CONSTANT, '\'', "unterminated character constant", t);
        return;
    case '`':
        l->at++;
        read_raw_string(l, t);
        return;
    default: read_other(l, t); return;
    }
}

static void read_action(struct lexer *l, struct token *t)
{
    char c;

    if (l->at == l->end) {
        fail(l, "unclosed action", t);
        return;
    }
    c = *l->at;
    if (class_of(c) & IS_BLANK) {
        read_spaces(l, t);
    } else if (c == '.') {
        read_dot(l, t);
    } else if (c == '}' && stands_at(l, l->at, "}}")) {
        end_action(l, false, t);
    } else if (c == '$') {
        l->at++;
        read_name(l, TOKEN_VARIABLE, t);
    } else if (class_of(c) & IN_NAME && (c < '0' || c > '9')) {
        read_name(l, TOKEN_IDENTIFIER, t);
    } else {
        read_sign(l, t);
    }
}

void lexer_next(struct lexer *l, struct token *t)
{
    if (l->failed)
        *t = (struct token){TOKEN_EOF, (uint32_t)(l->start - l->text), SPAN_EMPTY};
    else if (l->inside_action)
        read_action(l, t);
    else
        read_text(l, t);
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
