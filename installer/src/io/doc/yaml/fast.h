// SPDX-License-Identifier: Apache-2.0
// The two files of the fast reader: fast_text.c reads lines and scalars, fast.c what they
// are put together to.
#ifndef IO_DOC_YAML_FAST_H
#define IO_DOC_YAML_FAST_H

#include <limits.h>
#include <string.h>

#include "io/doc/reader.h"

#define FAST_ONE_LINE (-1) // in the place of a parent's indentation: the scalar ends in its line

// Every function returns false when it declines.
struct fast {
    struct reader *r;
    char *at;
    char *end;        // *end is NUL, the byte before it a newline
    char *line_start; // of the line that `at` is in
    uint32_t line;    // its number in the file
    int indent;       // of the line that was found last; -1 at the end
    bool cut;         // the last newline is not the document's own
};

static inline struct node *fast_node(struct fast *f, enum node_type type)
{
    return reader_node(f->r, type, f->line);
}

static inline void fast_skip_spaces(struct fast *f)
{
    while (*f->at == ' ')
        f->at++;
}

static inline void fast_skip_to_newline(struct fast *f)
{
    f->at = memchr(f->at, '\n', (size_t)(f->end - f->at));
}

static inline bool fast_is_dash(const char *at)
{
    return at[0] == '-' && (at[1] == ' ' || at[1] == '\n');
}

// What a byte may be; most of a document goes past these questions.
enum {
    FAST_ALNUM = 1,     // ASCII letters and digits
    FAST_KEY = 2,       // what a plain key is made of, with few exceptions
    FAST_ENDS_TEXT = 4, // what a plain text may end at
};

extern const unsigned char fast_classes[UCHAR_MAX + 1];

static inline bool fast_is(char c, unsigned class)
{
    return fast_classes[(unsigned char)c] & class;
}

static inline bool fast_is_alnum(char c)
{
    return fast_is(c, FAST_ALNUM);
}

static inline bool fast_is_key(char c)
{
    return fast_is(c, FAST_KEY);
}

// From the start of a line to the first line that is neither blank nor a comment.
bool fast_find_line(struct fast *f);
// From the newline that ends this line; what stands there may be a NUL by now.
bool fast_next_line(struct fast *f);
// Nothing but spaces and a comment up to the newline.
bool fast_rest_is_empty(struct fast *f);

// Scalars of something that is indented by `parent`; a plain or quoted one may go on in the lines
// below. Afterwards `at` is at the newline, behind the closing quote, or, after a literal block, at
// the next line.
bool fast_plain(struct fast *f, int parent, struct node **out);
bool fast_quoted(struct fast *f, int parent, struct node **out);
bool fast_literal(struct fast *f, int parent, struct node **out);
// Gives `n` the value of plain text, which has to outlive it.
bool fast_set_plain(struct fast *f, struct node *n, struct span text);

#endif
