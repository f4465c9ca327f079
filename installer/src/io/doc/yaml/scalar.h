// SPDX-License-Identifier: Apache-2.0
// What the readers of YAML make of a scalar.
#ifndef IO_DOC_YAML_SCALAR_H
#define IO_DOC_YAML_SCALAR_H

#include "io/doc/reader.h"

// How a scalar was written.
enum written {
    WRITTEN_PLAIN,
    WRITTEN_SINGLE,
    WRITTEN_DOUBLE,
    WRITTEN_LITERAL,
    WRITTEN_FOLDED,
};

// Gives `n` the value of a scalar. `tag` is NULL or libyaml's long form; `in_flow`: it stands in a
// flow collection. `text` is copied.
int reader_set_scalar(const struct reader *r, struct node *n, struct span text,
                      enum written written, const char *tag, bool in_flow);

// What a plain scalar is to the reader's rules.
void reader_resolve(const struct reader *r, struct span text, struct scalar *out);

// True for a tag of YAML's own with the name ("int").
bool is_standard_tag(const char *tag, const char *name);

#endif
