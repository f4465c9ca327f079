// SPDX-License-Identifier: Apache-2.0
// Cuts the text of a template into tokens, as text/template's lexer does: one at a time.
#ifndef IO_TEMPLATE_LEX_LEXER_H
#define IO_TEMPLATE_LEX_LEXER_H

#include "base/arena.h"
#include "base/span.h"
#include "io/template/lex/state.h"
#include "io/template/lex/token.h"

// Borrows all it is given.
void lexer_init(struct lexer *l, struct arena *arena, struct span input);

void lexer_next(struct lexer *l, struct token *t);

// Passes what would be a TOKEN_SPACE, which most spaces need not become. False when none is next.
bool lexer_pass_spaces(struct lexer *l);

// Whether a TOKEN_FIELD may be next, for who can do without looking at another token.
static inline bool lexer_may_be_field(const struct lexer *l)
{
    return l->at < l->end && *l->at == '.';
}

#endif
