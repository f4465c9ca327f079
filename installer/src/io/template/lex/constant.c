// SPDX-License-Identifier: Apache-2.0
// Numbers, strings and character constants.
#include "io/template/lex/constant.h"

#include <string.h>

#include "io/template/lex/cursor.h"

static bool take(struct lexer *l, const char *valid)
{
    uint32_t c = lexer_byte_at(l, l->at);

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
    if (!lexer_in_names(lexer_rune(l, &len)))
        return true;
    l->at += len; // the next thing must not be alphanumeric: it is shown
    return false;
}

// Decimal digits with a blank or parenthesis behind them, as most numbers are.
static bool skip_digits(struct lexer *l)
{
    const char *at = l->at;

    while (at < l->end && *at >= '0' && *at <= '9')
        at++;
    if (at == l->at || at == l->end || (!(lexer_class(*at) & IS_BLANK) && *at != ')'))
        return false;
    l->at = at;
    return true;
}

void lexer_read_number(struct lexer *l, struct token *t)
{
    uint32_t c;

    if (skip_digits(l)) {
        lexer_emit(l, TOKEN_NUMBER, t);
        return;
    }
    if (!scan_number(l)) {
        lexer_fail_read(l, "bad number syntax: ", t);
        return;
    }
    c = lexer_byte_at(l, l->at);
    if (c != '+' && c != '-') {
        lexer_emit(l, TOKEN_NUMBER, t);
        return;
    }
    if (!scan_number(l) || l->at[-1] != 'i')
        lexer_fail_read(l, "bad number syntax: ", t);
    else
        lexer_emit(l, TOKEN_COMPLEX, t);
}

void lexer_read_quoted(struct lexer *l, enum token_type type, char quote, const char *unended,
                       struct token *t)
{
    const char *at = l->at;

    for (; at < l->end && *at != '\n'; at++) {
        if (*at == quote) {
            l->at = at + 1;
            lexer_emit(l, type, t);
            return;
        }
        if (*at == '\\' && (++at == l->end || *at == '\n'))
            break;
    }
    l->at = l->start;
    lexer_fail(l, unended, t);
}

void lexer_read_raw(struct lexer *l, struct token *t)
{
    struct span text = lexer_rest(l, l->at);
    size_t end = span_find(text, '`');

    if (end == text.len) {
        lexer_fail(l, "unterminated raw quoted string", t);
        return;
    }
    l->at += end + 1;
    lexer_emit(l, TOKEN_RAW_STRING, t);
}
