// SPDX-License-Identifier: Apache-2.0
// What a template's text is parsed into. All of it lives in the arena of the template set.
#ifndef IO_TEMPLATE_PARSE_TREE_H
#define IO_TEMPLATE_PARSE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "io/template.h"

enum tree_type {
    // statements
    TREE_TEXT,
    TREE_ACTION,
    TREE_IF,
    TREE_WITH,
    TREE_RANGE,
    TREE_TEMPLATE,
    TREE_BREAK,
    TREE_CONTINUE,
    // only while parsing
    TREE_END,
    TREE_ELSE,
    // expressions
    TREE_PIPE,
    TREE_COMMAND,
    TREE_FIELD,
    TREE_VARIABLE,
    TREE_CHAIN,
    TREE_FUNCTION,
    TREE_DOT,
    TREE_NIL,
    TREE_BOOL,
    TREE_NUMBER,
    TREE_STRING,
};

struct tree_node;

struct tree_list {
    uint32_t len;
    struct tree_node *items[];
};

// What a pipe sets: VARIABLEs.
struct tree_declared {
    bool is_assignment; // = instead of :=
    uint32_t len;
    struct tree_node *items[];
};

// `$` and all variables of one file have numbers, which an execution compares instead of names.
#define VARIABLE_ROOT 0

// Which forms a constant has: 1.0 is an int as an argument for an int parameter, 'a' a float.
struct number {
    bool is_int, is_uint, is_float;
    bool is_ideal_float; // a float where nothing else says what it should be
    uint64_t bits;       // of the int or uint: the same when it is both
    double f;
};

// How many items or names a node can have, each of which takes two bytes of text at least.
#define TREE_LEN_BITS 26
#define TREE_LEN_MAX ((1u << TREE_LEN_BITS) - 1)
#define TREE_TEXT_MAX_BYTES ((size_t)2 << TREE_LEN_BITS)

// A node is made with the members that its type has (tree_node_size) and with its items or names
// behind these, and no more: never copy one whole. There are tens of thousands of them.
struct tree_node {
    enum tree_type type : 5;
    bool declares : 1;            // PIPE: behind its items there is a struct tree_declared *
    uint32_t len : TREE_LEN_BITS; // of COMMAND and PIPE the items, of FIELD, VARIABLE and CHAIN the
                                  // names: .a.b.c
    uint32_t pos;                 // in the text of its file
    union {
        struct span text; // TEXT
        struct {
            struct tree_node *pipe; // ACTION: only this; TEMPLATE: NULL when there is none
            union {
                struct {                         // IF, WITH and RANGE
                    struct tree_list *then;      //
                    struct tree_list *otherwise; // NULL when there is no {{else}}
                };
                struct span name; // TEMPLATE
            };
        } statement;
        struct tree_node *base; // CHAIN
        struct {
            const char *name; // with its $
            uint32_t name_len;
            uint32_t number;
        } variable;
        const struct template_function *function;
        struct {
            struct span text; // as written: of STRING with its quotes
            union {
                struct value value;   // of STRING and BOOL
                struct number number; // of NUMBER
            };
        } constant;
    };
};

#define TREE_SIZE_WITH(member)                                                                     \
    (offsetof(struct tree_node, member) + sizeof(((struct tree_node *)NULL)->member))

// What a node of a type uses, before its items or names.
static inline size_t tree_node_size(enum tree_type type)
{
    switch (type) {
    case TREE_TEXT: return TREE_SIZE_WITH(text);
    case TREE_ACTION: return TREE_SIZE_WITH(statement.pipe);
    case TREE_IF:
    case TREE_WITH:
    case TREE_RANGE:
    case TREE_TEMPLATE: return TREE_SIZE_WITH(statement);
    case TREE_CHAIN: return TREE_SIZE_WITH(base);
    case TREE_VARIABLE: return TREE_SIZE_WITH(variable);
    case TREE_FUNCTION: return TREE_SIZE_WITH(function);
    case TREE_BOOL:
    case TREE_STRING:
    case TREE_NUMBER: return TREE_SIZE_WITH(constant);
    default: return offsetof(struct tree_node, text);
    }
}

struct template_tree {
    struct span name;
    const struct template_file *file;
    const struct tree_list *body;
    bool is_empty; // white space and comments only
};

// What is called and its arguments of a COMMAND, the commands of a PIPE, which have nothing else.
static inline struct tree_node *const *tree_items(const struct tree_node *node)
{
    return (const void *)&node->text;
}

// Of FIELD, CHAIN, and VARIABLE behind its own.
static inline const struct span *tree_names(const struct tree_node *node)
{
    return (const void *)((const char *)node + tree_node_size(node->type));
}

static inline struct span tree_variable_name(const struct tree_node *node)
{
    return span_of(node->variable.name, node->variable.name_len);
}

// What a PIPE sets.
static inline const struct tree_declared *tree_declared(const struct tree_node *pipe)
{
    static const struct tree_declared nothing;

    return pipe->declares ? (const void *)tree_items(pipe)[pipe->len] : &nothing;
}

// A FIELD, VARIABLE or CHAIN with its first `count` names only. The caller frees it.
struct tree_node *tree_path_head(const struct tree_node *node, size_t count)
    MUST_CHECK RETURNS_NONNULL;

// As Go's parse package prints a node: blanks and comments are gone, pipes have one blank around.
void tree_print(const struct tree_node *node, struct buf *out);

#endif
