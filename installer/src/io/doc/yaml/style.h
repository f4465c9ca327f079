// SPDX-License-Identifier: Apache-2.0
// In which style go-yaml writes a text: unquoted, in single or double quotes, or as a block.
#ifndef IO_DOC_YAML_STYLE_H
#define IO_DOC_YAML_STYLE_H

#include <stdbool.h>

#include "base/span.h"

// Where a node stands, which decides on the indentation of a list and on what a scalar may be.
enum place { PLACE_ITEM, PLACE_KEY, PLACE_LONG_KEY, PLACE_VALUE };

// The release of go-yaml whose way of writing it is: v2 has sigs.k8s.io/yaml, and so kustomize and
// toYaml of charts; v3 has toYamlPretty.
enum dialect { DIALECT_V2, DIALECT_V3 };

enum style { STYLE_PLAIN, STYLE_SINGLE, STYLE_DOUBLE, STYLE_LITERAL };

// What a text is made of.
struct looks {
    bool block_indicators;
    bool line_breaks;
    bool tabs;    // go-yaml v2 takes them for special, v3 not in blocks
    bool special; // anything else that is not printable
    bool leading_space, trailing_space;
    bool break_space, space_break; // a space right behind a line break, and right before one
    bool simple;                   // printable ASCII only
};

struct looks yaml_look(struct span s);

// `text`: the value is a string, so that it must not be read back as anything else.
enum style yaml_choose_style(struct span s, const struct looks *l, bool text, enum place place,
                             enum dialect dialect);

// True when go-yaml v3 writes the text as a block scalar if asked to.
bool text_may_be_block(struct span text);

#endif
