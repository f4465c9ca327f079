// SPDX-License-Identifier: Apache-2.0
// The parser's tokens, errors and variables.
#define PARSER_DEFINE
#include "io/template/parse/parser.h"

#include <stdarg.h>

#include "io/template/parse/constants.h"

void parser_back2(struct parser *p, struct token one)
{
    p->tokens[1] = one;
    p->peeked = 2;
}

void parser_back3(struct parser *p, struct token one, struct token two)
{
    p->tokens[1] = two;
    p->tokens[2] = one;
    p->peeked = 3;
}

static size_t size_from(const struct parser *p, size_t base)
{
    return (p->nodes.len - base) * sizeof(struct tree_node *);
}

// From the stack to `room`; their number.
static uint32_t take_nodes(struct parser *p, size_t base, struct tree_node **room)
{
    size_t len = p->nodes.len - base;

    for (size_t i = 0; i < len; i++)
        room[i] = p->nodes.items[base + i];
    p->nodes.len = base;
    return (uint32_t)len;
}

struct tree_list *parser_list(struct parser *p, size_t base)
{
    struct tree_list *list =
        arena_aligned(p->arena, sizeof(*list) + size_from(p, base), _Alignof(struct tree_list));

    list->len = take_nodes(p, base, list->items);
    return list;
}

struct tree_declared *parser_declared(struct parser *p, size_t base)
{
    struct tree_declared *list =
        arena_aligned(p->arena, sizeof(*list) + size_from(p, base), _Alignof(struct tree_declared));

    list->len = take_nodes(p, base, list->items);
    return list;
}

struct tree_node *parser_list_node(struct parser *p, enum tree_type type, uint32_t pos, size_t base,
                                   const struct tree_declared *declared)
{
    struct tree_node *node = parser_node_and(
        p, type, pos, size_from(p, base) + (declared ? sizeof(struct tree_node *) : 0));
    struct tree_node **items = parser_behind(node);

    node->len = take_nodes(p, base, items) & TREE_LEN_MAX;
    node->declares = declared;
    if (declared)
        memcpy(items + node->len, &declared, sizeof(declared));
    return node;
}

// Counted when it is asked for, which is only in errors.
static size_t line_of(const struct parser *p, uint32_t pos)
{
    struct span before = span_head(p->file->text, pos);
    size_t line = 1;

    for (size_t i = 0; i < before.len; i++)
        line += before.ptr[i] == '\n';
    return line;
}

int parser_fail(struct parser *p, const char *fmt, ...)
{
    const struct token *t = &p->tokens[0];
    struct span before = span_head(p->file->text, t->pos);
    size_t newline = span_rfind(before, '\n');
    size_t column = newline == before.len ? before.len : before.len - newline - 1;
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    err_set(p->err, ERR_CONFIG, "%s", text);
    return err_wrap(p->err, "%.*s:%zu:%zu", SPAN_ARG(p->file->name), line_of(p, t->pos), column);
}

int parser_unexpected(struct parser *p, const struct token *t, const char *context)
{
    struct buf what CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t line = p->scope.action ? line_of(p, p->scope.action - 1) : 0;

    token_describe(t, &what);
    if (t->type != TOKEN_ERROR)
        return parser_fail(p, "unexpected %s in %s", buf_str(&what), context);
    if (!line || line == line_of(p, t->pos))
        return parser_fail(p, "%s", buf_str(&what));
    return parser_fail(p, "%s%s started at %.*s:%zu", buf_str(&what),
                       span_ends(t->text, " action") ? "" : " in action", SPAN_ARG(p->file->name),
                       line);
}

uint32_t parser_number(struct parser *p, struct span name)
{
    uintptr_t number;

    if (name.len == 1 && p->variables.len) // $, which parse_file() has numbered first
        return VARIABLE_ROOT;
    number = (uintptr_t)map_get(&p->variable_numbers, name);
    if (number)
        return (uint32_t)(number - 1);
    vec_push(&p->variables, (struct variable){name, 0});
    number = p->variables.len;
    map_put(&p->variable_numbers, name, (void *)number);
    return (uint32_t)(number - 1);
}

void parser_declare(struct parser *p, uint32_t number)
{
    struct variable *v = &p->variables.items[number];

    vec_push(&p->declared, (struct declaration){number, v->place});
    v->place = p->declared.len;
}

void parser_forget(struct parser *p, size_t declared)
{
    while (p->declared.len > declared) {
        const struct declaration *d = &p->declared.items[--p->declared.len];

        p->variables.items[d->variable].place = d->shadowed;
    }
}

bool parser_sees(const struct parser *p, uint32_t variable)
{
    return variable == VARIABLE_ROOT || p->variables.items[variable].place > p->scope.declared;
}

int parser_unquote(struct parser *p, const struct token *t, struct span *out)
{
    return constant_unquote(p->arena, t->text, out) ? 0 : parser_fail(p, "invalid syntax");
}
