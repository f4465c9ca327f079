// SPDX-License-Identifier: Apache-2.0
// What stands within an action.
#ifndef IO_TEMPLATE_LEX_ACTION_H
#define IO_TEMPLATE_LEX_ACTION_H

#include "io/template/lex/state.h"
#include "io/template/lex/token.h"

// The next token of the action, its right delimiter too.
void lexer_read_action(struct lexer *l, struct token *t);

#endif
