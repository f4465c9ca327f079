// SPDX-License-Identifier: Apache-2.0
// Constants within an action: where they end. What they come to is parse/constants.h's.
#ifndef IO_TEMPLATE_LEX_CONSTANT_H
#define IO_TEMPLATE_LEX_CONSTANT_H

#include "io/template/lex/state.h"
#include "io/template/lex/token.h"

// A number, from its sign, dot or first digit on.
void lexer_read_number(struct lexer *l, struct token *t);

// A string or character constant, behind its first quote; it stays on one line. `unended` is the
// error when it does not.
void lexer_read_quoted(struct lexer *l, enum token_type type, char quote, const char *unended,
                       struct token *t);

// Up to the next backquote, behind the first.
void lexer_read_raw(struct lexer *l, struct token *t);

#endif
