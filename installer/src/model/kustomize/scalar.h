// SPDX-License-Identifier: Apache-2.0
// Scalars as kustomize's transformers see them: the text as written, and setting a value with or
// without a type of its own.
#ifndef MODEL_KUSTOMIZE_SCALAR_H
#define MODEL_KUSTOMIZE_SCALAR_H

#include <stdbool.h>

#include "base/span.h"
#include "io/doc.h"

// A bit of node.flags: plain text without a type of its own, typed anew whenever it changes.
#define SCALAR_UNTYPED 4u

bool scalar_is(const struct node *n); // any scalar, also null

// The text as it stands in the file ("1.10", "0x1F", "~"); "" for maps and lists.
struct span scalar_raw(const struct node *n);

// A new string with the quotes that kustomize gives it: those that plain text would need, and a
// block for several lines. They matter when something else is put in its place.
struct node *scalar_new_string(struct doc *d, struct span text);

// Makes `n` the string `text`, whatever it was.
void scalar_set_string(struct doc *d, struct node *n, struct span text);

// Puts `text` in the place of the scalar `n` and keeps its quotes: what was plain is typed anew as
// YAML types plain text, what was quoted stays a string.
void scalar_set_text(struct doc *d, struct node *n, struct span text);

// Replaces the content of `n` by that of `with`, keeping its place in the tree.
void node_become(struct node *n, const struct node *with);

#endif
