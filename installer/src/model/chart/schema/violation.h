// SPDX-License-Identifier: Apache-2.0
// What is wrong with a value, as a tree: a failed anyOf has the failures of its branches below it.
#ifndef MODEL_CHART_SCHEMA_VIOLATION_H
#define MODEL_CHART_SCHEMA_VIOLATION_H

#include "io/doc.h"

enum violation_kind {
    VIOLATION_PLAIN,
    VIOLATION_GROUP,     // several of one schema: has no line of its own at the top
    VIOLATION_REFERENCE, // of what a reference leads to: has no line when it is a single one
};

struct violation {
    enum violation_kind kind;
    const char *path; // of the value: "/a/0"
    const char *text; // the library's words
    const struct node *value;
    const struct violation *const *causes;
    size_t cause_count;
};

// Prints all below `v`, one "- at '/a': ..." a line, deeper ones indented.
void violation_print(const struct violation *v, struct buf *out);

// A text in single quotes, as the library has it.
void violation_quote(struct span text, struct buf *out);

#endif
