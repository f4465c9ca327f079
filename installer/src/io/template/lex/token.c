// SPDX-License-Identifier: Apache-2.0
// Words with a meaning of their own, and tokens as errors name them.
#include "io/template/lex/token.h"

#include "base/rune.h"
#include "io/template.h"

enum token_type token_of_word(struct span word)
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
