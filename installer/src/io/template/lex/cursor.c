// SPDX-License-Identifier: Apache-2.0
// What bytes and runes are to the lexer, and how it fails.
#include "io/template/lex/cursor.h"

#include "base/rune.h"
#include "io/template.h"

#define TWO_IN_NAME(c) [c] = IN_NAME, [(c) + 1] = IN_NAME
#define TEN_IN_NAME(c)                                                                             \
    TWO_IN_NAME(c), TWO_IN_NAME((c) + 2), TWO_IN_NAME((c) + 4), TWO_IN_NAME((c) + 6),              \
        TWO_IN_NAME((c) + 8)
#define LETTERS_IN_NAME(a)                                                                         \
    TEN_IN_NAME(a), TEN_IN_NAME((a) + 10), TWO_IN_NAME((a) + 20), TWO_IN_NAME((a) + 22),           \
        TWO_IN_NAME((a) + 24)

const unsigned char lexer_classes[UCHAR_MAX + 1] = {
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

uint32_t lexer_rune(const struct lexer *l, uint32_t *len)
{
    uint32_t c = lexer_byte_at(l, l->at);
    struct span s;
    uint32_t rune;

    *len = c != RUNE_EOF;
    if (c < 0x80 || c == RUNE_EOF)
        return c;
    s = lexer_rest(l, l->at);
    rune = rune_next(&s);
    *len = (uint32_t)(s.ptr - l->at);
    return rune;
}

bool lexer_in_names(uint32_t rune)
{
    if (rune < 0x80)
        return lexer_class((char)rune) & IN_NAME;
    return rune != RUNE_EOF && (rune_is_letter(rune) || rune_is_digit(rune));
}

static void fail_with(struct lexer *l, struct span text, struct token *t)
{
    l->failed = true;
    *t = (struct token){TOKEN_ERROR, (uint32_t)(l->start - l->text), text};
}

void lexer_fail(struct lexer *l, const char *text, struct token *t)
{
    fail_with(l, span_str(text), t);
}

void lexer_fail_rune(struct lexer *l, const char *text, uint32_t rune, struct token *t)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct value v = {.type = VALUE_INT32, .i = rune};

    buf_add_str(&out, text);
    value_sprintf(SPAN("%#U"), &v, 1, &out);
    fail_with(l, arena_span(l->arena, buf_span(&out)), t);
}

void lexer_fail_read(struct lexer *l, const char *text, struct token *t)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&out, text);
    value_quote(span_of(l->start, (size_t)(l->at - l->start)), &out);
    fail_with(l, arena_span(l->arena, buf_span(&out)), t);
}
