// SPDX-License-Identifier: Apache-2.0
// The lexer: text and actions in turn.
#include "io/template/lex/lexer.h"

#include "io/template/lex/action.h"
#include "io/template/lex/cursor.h"
#include "io/template/lex/text.h"

void lexer_init(struct lexer *l, struct arena *arena, struct span input)
{
    *l = (struct lexer){.arena = arena,
                        .text = input.ptr,
                        .at = input.ptr,
                        .start = input.ptr,
                        .end = input.ptr + input.len};
}

void lexer_next(struct lexer *l, struct token *t)
{
    if (l->failed)
        *t = (struct token){TOKEN_EOF, (uint32_t)(l->start - l->text), SPAN_EMPTY};
    else if (l->inside_action)
        lexer_read_action(l, t);
    else
        lexer_read_text(l, t);
}

bool lexer_pass_spaces(struct lexer *l)
{
    const char *start = l->at;

    if (!l->inside_action || l->failed)
        return false;
    lexer_skip(l, IS_BLANK);
    if (l->at > start && lexer_at_right_trim(l, l->at))
        l->at--;
    lexer_ignore(l);
    return l->at > start;
}
