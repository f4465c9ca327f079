// SPDX-License-Identifier: Apache-2.0
// The keys of maps as libyaml's events give them.
#ifndef IO_DOC_YAML_KEY_H
#define IO_DOC_YAML_KEY_H

#include "io/doc/reader.h"

struct yaml_key {
    const struct node *node; // a scalar
    const char *tag;         // libyaml's long form, or NULL
    uint32_t line;
    bool top; // of the map that is the document
};

// The interned text of a key. It is a string; at the top of a document, where go-yaml reads into a
// map of strings, any other scalar but null counts as its text; with the rules of YAML 1.1 this
// holds everywhere.
int yaml_key_text(struct reader *r, const struct yaml_key *key, struct span *out);

#endif
