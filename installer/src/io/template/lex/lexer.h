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

#endif
