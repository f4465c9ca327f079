// SPDX-License-Identifier: Apache-2.0
// The text between two actions, and where an action begins and ends.
#ifndef IO_TEMPLATE_LEX_TEXT_H
#define IO_TEMPLATE_LEX_TEXT_H

#include <stdbool.h>

#include "io/template/lex/state.h"
#include "io/template/lex/token.h"

// Text up to the next action, the action's delimiter, or the end. Comments are passed over.
void lexer_read_text(struct lexer *l, struct token *t);

// At the right delimiter of an action, or at its trim marker when `trim` is set.
void lexer_end_action(struct lexer *l, bool trim, struct token *t);

#endif
