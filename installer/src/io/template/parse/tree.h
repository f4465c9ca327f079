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
    struct tree_node **items;
    uint32_t len;
};

// Names behind each other: .a.b.c
struct names {
    struct span *items;
    uint32_t len;
};

// What a pipe sets: VARIABLEs.
struct tree_declared {
    struct tree_list variables;
    bool is_assignment; // = instead of :=
};
static const struct tree_declared tree_nothing_declared = {{NULL, 0}, false};

// `$` and all variables of one file have numbers, which an execution compares instead of names.
#define VARIABLE_ROOT 0

// Which forms a constant has: 1.0 is an int as an argument for an int parameter, 'a' a float.
struct number {
    bool is_int, is_uint, is_float;
    int64_t i;
    uint64_t u;
    double f;
};

// A node is made with the members that its type has, and no more (tree_node_size): never copy one
// whole.
struct tree_node {
    enum tree_type type;
    uint32_t pos; // in the text of its file
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
        struct {
            struct tree_list commands;
            const struct tree_declared *declared;
        } pipe;
        struct tree_list args; // COMMAND: the first is what is called
        struct {
            struct names names; // FIELD: only these; CHAIN; VARIABLE: those behind its own
            union {
                struct tree_node *base; // CHAIN
                struct {                // VARIABLE
                    struct span name;   // with its $
                    uint32_t variable;
                };
            };
        } path;
        const struct template_function *function;
        struct {
            struct span text;     // as written: of STRING with its quotes
            struct value value;   // of STRING, BOOL and NUMBER, made once
            struct number number; // of NUMBER
        } constant;
    };
};

#define TREE_SIZE_WITH(member)                                                                     \
    (offsetof(struct tree_node, member) + sizeof(((struct tree_node *)NULL)->member))

// What a node of a type uses. A chart has tens of thousands of them.
static inline size_t tree_node_size(enum tree_type type)
{
    switch (type) {
    case TREE_TEXT: return TREE_SIZE_WITH(text);
    case TREE_ACTION: return TREE_SIZE_WITH(statement.pipe);
    case TREE_IF:
    case TREE_WITH:
    case TREE_RANGE:
    case TREE_TEMPLATE: return TREE_SIZE_WITH(statement);
    case TREE_PIPE: return TREE_SIZE_WITH(pipe);
    case TREE_COMMAND: return TREE_SIZE_WITH(args);
    case TREE_FIELD: return TREE_SIZE_WITH(path.names);
    case TREE_CHAIN: return TREE_SIZE_WITH(path.base);
    case TREE_VARIABLE: return TREE_SIZE_WITH(path);
    case TREE_FUNCTION: return TREE_SIZE_WITH(function);
    case TREE_BOOL:
    case TREE_STRING: return TREE_SIZE_WITH(constant.value);
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

// The first `count` names of a FIELD, VARIABLE or CHAIN.
static inline struct tree_node tree_path_head(const struct tree_node *node, size_t count)
{
    struct tree_node head = {.type = node->type};

    memcpy(&head, node, tree_node_size(node->type));
    head.path.names.len = (uint32_t)count;
    return head;
}

// As Go's parse package prints a node: blanks and comments are gone, pipes have one blank around.
void tree_print(const struct tree_node *node, struct buf *out);

#endif
