// SPDX-License-Identifier: Apache-2.0
// The parser's state, shared by its statements and its expressions.
#ifndef IO_TEMPLATE_PARSE_PARSER_H
#define IO_TEMPLATE_PARSE_PARSER_H

#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/template/lex/lexer.h"
#include "io/template/parse/set.h"

struct variable {
    struct span name;
    size_t place; // one more than that of its newest declaration in parser.declared, 0: none
};

struct declaration {
    uint32_t variable;
    size_t shadowed; // the variable's place before
};

// What each {{define}} and {{block}} has of its own.
struct scope {
    size_t declared; // those from here on can be seen
    uint32_t action; // one more than where the action starts that is being read, 0: none
    uint32_t range_depth;
    size_t parens;
};

struct parser {
    const struct template_set *set;
    struct arena *arena;
    struct lexer lexer;
    const struct template_file *file;
    struct map *trees;
    struct err **err;
    struct token tokens[3]; // those looked at already, the next one last
    size_t peeked;
    struct map variable_numbers; // name to number + 1
    VEC(struct variable) variables;
    VEC(struct declaration) declared;
    VEC(struct tree_node *) nodes; // of the lists being read, one after the other
    VEC(struct span) names;        // of the field being read
    struct scope scope;
};

// Here, as they are asked for each token several times, mostly for its type only.
static inline struct token parser_next(struct parser *p)
{
    if (p->peeked)
        p->peeked--;
    else
        lexer_next(&p->lexer, &p->tokens[0]);
    return p->tokens[p->peeked];
}

// The last one again.
static inline void parser_back(struct parser *p)
{
    p->peeked++;
}

static inline struct token parser_peek(struct parser *p)
{
    if (!p->peeked) {
        lexer_next(&p->lexer, &p->tokens[0]);
        p->peeked = 1;
    }
    return p->tokens[p->peeked - 1];
}

// The next one that is no space.
static inline struct token parser_peek_solid(struct parser *p)
{
    while (p->peeked && p->tokens[p->peeked - 1].type == TOKEN_SPACE)
        p->peeked--;
    if (!p->peeked) {
        (void)lexer_pass_spaces(&p->lexer);
        lexer_next(&p->lexer, &p->tokens[0]);
        p->peeked = 1;
    }
    return p->tokens[p->peeked - 1];
}

static inline struct token parser_next_solid(struct parser *p)
{
    (void)parser_peek_solid(p);
    p->peeked--;
    return p->tokens[p->peeked];
}

// Whether the next one is a space, which is taken then.
static inline bool parser_took_space(struct parser *p)
{
    if (!p->peeked)
        return lexer_pass_spaces(&p->lexer);
    if (p->tokens[p->peeked - 1].type != TOKEN_SPACE)
        return false;
    p->peeked--;
    return true;
}

// Behind a term.
static inline bool parser_at_field(struct parser *p)
{
    return (p->peeked || lexer_may_be_field(&p->lexer)) && parser_peek(p).type == TOKEN_FIELD;
}

void parser_back2(struct parser *p, struct token one); // `one` and then the last one
void parser_back3(struct parser *p, struct token one, struct token two); // then the last one

// A node with `extra` bytes behind it, which are found by parser_behind().
static inline struct tree_node *parser_node_and(struct parser *p, enum tree_type type, uint32_t pos,
                                                size_t extra)
{
    struct tree_node *node =
        arena_aligned(p->arena, tree_node_size(type) + extra, _Alignof(struct tree_node));

    node->type = type;
    node->pos = pos;
    return node;
}

static inline void *parser_behind(struct tree_node *node)
{
    return (char *)node + tree_node_size(node->type);
}

static inline struct tree_node *parser_node(struct parser *p, enum tree_type type, uint32_t pos)
{
    return parser_node_and(p, type, pos, 0);
}

// Move the nodes from `base` on from the parser's stack to a list, to what is declared, and to a
// COMMAND or PIPE of them.
struct tree_list *parser_list(struct parser *p, size_t base);
struct tree_declared *parser_declared(struct parser *p, size_t base);
struct tree_node *parser_list_node(struct parser *p, enum tree_type type, uint32_t pos, size_t base,
                                   const struct tree_declared *declared);

// Errors return -1. The place is the last token's.
int parser_fail(struct parser *p, const char *fmt, ...) PRINTF(2, 3);
int parser_unexpected(struct parser *p, const struct token *t, const char *context);
// For clang's analyzer, as in base/err.h; not in parser.c, which defines them.
#if defined(__clang_analyzer__) && !defined(PARSER_DEFINE)
#define parser_fail(...) err_failed((parser_fail)(__VA_ARGS__))
#define parser_unexpected(...) err_failed((parser_unexpected)(__VA_ARGS__))
#endif

void parser_declare(struct parser *p, uint32_t number);
void parser_forget(struct parser *p, size_t declared); // all but the first `declared`
uint32_t parser_number(struct parser *p, struct span name);
bool parser_sees(const struct parser *p, uint32_t variable);

// A pipeline up to a token of type `end`, which is taken.
int parser_pipeline(struct parser *p, const char *context, enum token_type end,
                    struct tree_node **out) MUST_CHECK;

// The string of a constant token.
int parser_unquote(struct parser *p, const struct token *t, struct span *out) MUST_CHECK;

#endif
