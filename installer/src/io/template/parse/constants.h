// SPDX-License-Identifier: Apache-2.0
// Constants as Go writes them (strconv.Unquote, ParseInt, ParseFloat).
#ifndef IO_TEMPLATE_PARSE_CONSTANTS_H
#define IO_TEMPLATE_PARSE_CONSTANTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/template/lex/token.h"
#include "io/template/parse/tree.h"

// A string with its quotes, of any kind; false when it is not well-formed. What needs no change is
// borrowed.
bool constant_unquote(struct arena *a, struct span quoted, struct span *out);

// Reads a number or character constant into what `constant` is of a node: number and value. False
// with the words for what is wrong. The value of an integer beyond int is nil.
bool constant_number(const struct token *t, struct tree_node *out, struct buf *why);

#endif
