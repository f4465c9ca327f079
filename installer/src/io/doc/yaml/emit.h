// SPDX-License-Identifier: Apache-2.0
// Writing the pieces of YAML: lines, indentation, indicators, scalars.
#ifndef IO_DOC_YAML_EMIT_H
#define IO_DOC_YAML_EMIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "io/doc/yaml/style.h"

struct emitter {
    struct buf *out;
    enum dialect dialect;
    bool unfolded;   // no line is folded, whatever the dialect does
    int column;      // in characters
    int indent;      // of the innermost collection; -1 at the root
    bool whitespace; // the last thing written was white space
    bool indention;  // nothing but indentation and "-", "?", ":" so far in this line
};

void emit_break(struct emitter *e);

// To the indentation of the innermost collection, in a new line when this one has more than that.
void emit_indent(struct emitter *e);

// `separate`: with a space before it where there is none; `is_indention`: it counts as such.
static inline void emit_char(struct emitter *e, char c)
{
    buf_add_char(e->out, c);
    e->column++;
}

static inline void emit_indicator(struct emitter *e, const char *text, bool separate,
                                  bool is_indention)
{
    if (separate && !e->whitespace)
        emit_char(e, ' ');
    for (; *text; text++)
        emit_char(e, *text);
    e->whitespace = false;
    e->indention = e->indention && is_indention;
}

// A scalar in its style; `text`: its value is a string.
void emit_text(struct emitter *e, struct span s, bool text, enum place place);

#endif
