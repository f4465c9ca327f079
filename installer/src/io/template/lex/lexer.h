// SPDX-License-Identifier: Apache-2.0
// Cuts the text of a template into tokens, as text/template's lexer does: one at a time.
#ifndef IO_TEMPLATE_LEX_LEXER_H
#define IO_TEMPLATE_LEX_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "io/template/lex/token.h"

struct lexer {
    struct arena *arena; // for messages
    const char *text;    // from here
    const char *end;     // to here
    const char *at;      // the next byte
    const char *start;   // of the token that is being read
    const char *delim;   // the left delimiter that was found last, which `at` may have passed
    uint32_t paren_depth;
    bool inside_action;
    bool failed; // then nothing follows
};

// Borrows all it is given.
void lexer_init(struct lexer *l, struct arena *arena, struct span input);

void lexer_next(struct lexer *l, struct token *t);

#endif
