// SPDX-License-Identifier: Apache-2.0
// The tokens of a template: what kinds there are, and how one is named in errors.
#ifndef IO_TEMPLATE_LEX_TOKEN_H
#define IO_TEMPLATE_LEX_TOKEN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum token_type {
    TOKEN_ERROR, // the text says what is wrong
    TOKEN_BOOL,
    TOKEN_CHAR,          // any other printable ASCII character, such as a comma
    TOKEN_CHAR_CONSTANT, // 'x', with its quotes
    TOKEN_COMPLEX,       // 1+2i
    TOKEN_ASSIGN,        // =
    TOKEN_DECLARE,       // :=
    TOKEN_EOF,
    TOKEN_FIELD, // .name
    TOKEN_IDENTIFIER,
    TOKEN_LEFT_DELIM,
    TOKEN_LEFT_PAREN,
    TOKEN_NUMBER,
    TOKEN_PIPE,
    TOKEN_RAW_STRING, // with its quotes, as strings are
    TOKEN_RIGHT_DELIM,
    TOKEN_RIGHT_PAREN,
    TOKEN_SPACE,
    TOKEN_STRING,
    TOKEN_TEXT,
    TOKEN_VARIABLE, // $ or $name
    TOKEN_KEYWORD,  // only divides: what follows is a keyword
    TOKEN_BLOCK,
    TOKEN_BREAK,
    TOKEN_CONTINUE,
    TOKEN_DOT,
    TOKEN_DEFINE,
    TOKEN_ELSE,
    TOKEN_END,
    TOKEN_IF,
    TOKEN_NIL,
    TOKEN_RANGE,
    TOKEN_TEMPLATE,
    TOKEN_WITH,
};

struct token {
    enum token_type type;
    uint32_t pos; // of its first byte in the template's text
    struct span text;
};

// TOKEN_BOOL, the keyword that `word` is, or TOKEN_IDENTIFIER.
enum token_type token_of_word(struct span word);

// As it is named in errors: "x", <end>, EOF; long ones are cut.
void token_describe(const struct token *t, struct buf *out);

#endif
