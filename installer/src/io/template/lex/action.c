// SPDX-License-Identifier: Apache-2.0
// Within an action everything separates: blanks are tokens too, because ".a .b" and ".a.b" differ.
#include "io/template/lex/action.h"

#include "io/template/lex/constant.h"
#include "io/template/lex/cursor.h"
#include "io/template/lex/text.h"

static void skip_name(struct lexer *l)
{
    uint32_t len;

    do {
        lexer_skip(l, IN_NAME);
        if (lexer_byte_at(l, l->at) < 0x80 || !lexer_in_names(lexer_rune(l, &len)))
            return;
        l->at += len;
    } while (true);
}

// Whether a name may end at l->at.
static inline bool at_terminator(const struct lexer *l)
{
    return l->at == l->end || lexer_class(*l->at) & ENDS_NAME || lexer_stands_at(l, l->at, "}}");
}

// The last blank belongs to the trim marker of " -}}".
static __attribute__((noinline)) void read_spaces(struct lexer *l, struct token *t)
{
    lexer_skip(l, IS_BLANK);
    if (!lexer_at_right_trim(l, l->at)) {
        lexer_emit(l, TOKEN_SPACE, t);
        return;
    }
    l->at--;
    if (l->at == l->start)
        lexer_end_action(l, true, t);
    else
        lexer_emit(l, TOKEN_SPACE, t);
}

// The rest of a name that has been started: an identifier, or a field or variable behind its sign.
static void read_name(struct lexer *l, enum token_type type, struct token *t)
{
    uint32_t len;

    skip_name(l);
    if (!at_terminator(l)) {
        lexer_fail_rune(l, "bad character ", lexer_rune(l, &len), t);
        return;
    }
    if (type == TOKEN_IDENTIFIER)
        type = token_of_word(span_of(l->start, (size_t)(l->at - l->start)));
    lexer_emit(l, type, t);
}

static void read_right_paren(struct lexer *l, struct token *t)
{
    if (!l->paren_depth) {
        lexer_fail(l, "unexpected right paren", t);
        return;
    }
    l->paren_depth--;
    lexer_emit(l, TOKEN_RIGHT_PAREN, t);
}

static bool starts_number(uint32_t c)
{
    return c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9');
}

// What starts with a dot.
static __attribute__((noinline)) void read_dot(struct lexer *l, struct token *t)
{
    uint32_t next = lexer_byte_at(l, l->at + 1);

    if (next == RUNE_EOF || (next >= '0' && next <= '9')) {
        lexer_read_number(l, t);
        return;
    }
    l->at++;
    if (at_terminator(l))
        lexer_emit(l, TOKEN_DOT, t);
    else
        read_name(l, TOKEN_FIELD, t);
}

// What starts with no sign that has a meaning by itself.
static void read_other(struct lexer *l, struct token *t)
{
    uint32_t len, c = lexer_rune(l, &len);

    if (starts_number(c)) {
        lexer_read_number(l, t);
        return;
    }
    l->at += len;
    if (lexer_in_names(c))
        read_name(l, TOKEN_IDENTIFIER, t);
    else if (c > ' ' && c < 0x7f)
        lexer_emit(l, TOKEN_CHAR, t);
    else
        lexer_fail_rune(l, "unrecognized character in action: ", c, t);
}

static void read_declare(struct lexer *l, struct token *t)
{
    if (lexer_byte_at(l, l->at) != '=') {
        lexer_fail(l, "expected :=", t);
        return;
    }
    l->at++;
    lexer_emit(l, TOKEN_DECLARE, t);
}

static void emit_one(struct lexer *l, enum token_type type, struct token *t)
{
    l->at++;
    lexer_emit(l, type, t);
}

// What starts with a sign.
static __attribute__((noinline)) void read_sign(struct lexer *l, struct token *t)
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
        lexer_read_quoted(l, TOKEN_STRING, '"', "unterminated quoted string", t);
        return;
    case '\'':
        l->at++;
        lexer_read_quoted(l, TOKEN_CHAR_CONSTANT, '\'', "unterminated character constant", t);
        return;
    case '`':
        l->at++;
        lexer_read_raw(l, t);
        return;
    default: read_other(l, t); return;
    }
}

// Only chooses: the compiler keeps it short when what it chooses between is not put in place.
void lexer_read_action(struct lexer *l, struct token *t)
{
    char c;

    if (l->at == l->end) {
        lexer_fail(l, "unclosed action", t);
        return;
    }
    c = *l->at;
    if (lexer_class(c) & IS_BLANK) {
        read_spaces(l, t);
    } else if (c == '.') {
        read_dot(l, t);
    } else if (c == '}' && lexer_stands_at(l, l->at, "}}")) {
        lexer_end_action(l, false, t);
    } else if (c == '$') {
        l->at++;
        read_name(l, TOKEN_VARIABLE, t);
    } else if (lexer_class(c) & IN_NAME && (c < '0' || c > '9')) {
        read_name(l, TOKEN_IDENTIFIER, t);
    } else {
        read_sign(l, t);
    }
}
