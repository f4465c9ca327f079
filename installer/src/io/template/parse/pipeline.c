// SPDX-License-Identifier: Apache-2.0
// Expressions: pipelines of commands, commands of operands, operands of terms and fields.
#include "io/template/parse/parser.h"

#include "base/opt.h"
#include "io/template/parse/constants.h"

// How deep parentheses may lie within each other.
#define PARENS_MAX 10000

// A node with names: `first`, if it is not empty, and those of the fields that follow at once. It
// stands where the second one does, if there is one: Go's errors point there.
static struct tree_node *path_node(struct parser *p, enum tree_type type, uint32_t pos,
                                   struct span first)
{
    struct tree_node *node;
    size_t size;

    p->names.len = 0;
    if (first.len)
        vec_push(&p->names, first);
    if (parser_at_field(p))
        pos = parser_peek(p).pos;
    while (parser_at_field(p))
        vec_push(&p->names, span_tail(parser_next(p).text, 1)); // without its dot
    size = p->names.len * sizeof(struct span);
    node = parser_node_and(p, type, pos, size);
    node->len = p->names.len & TREE_LEN_MAX;
    if (size)
        memcpy(parser_behind(node), p->names.items, size);
    return node;
}

// The nearest function by name, for who has mistyped one.
static const char *nearest_function(const struct parser *p, struct span name)
{
    char *word CLEANUP(mem_cleanup) = mem_strn(name.ptr, name.len);
    VEC(const char *) names = {0};
    const char *near;

    VEC_FOREACH (const struct template_function **, function, &p->set->functions->items)
        vec_push(&names, (*function)->name);
    near = opt_nearest(word, names.items, names.len);
    vec_free(&names);
    return near;
}

static int function_term(struct parser *p, const struct token *t, struct tree_node **out)
{
    const char *near;

    *out = parser_node(p, TREE_FUNCTION, t->pos);
    (*out)->function = set_function(p->set, t->text);
    if ((*out)->function)
        return 0;
    (void)parser_fail(p, "function \"%.*s\" not defined", SPAN_ARG(t->text));
    near = nearest_function(p, t->text);
    return near ? err_hint(p->err, "did you mean \"%s\"?", near) : -1;
}

static int number_term(struct parser *p, const struct token *t, struct tree_node **out)
{
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    *out = parser_node(p, TREE_NUMBER, t->pos);
    (*out)->constant.text = t->text;
    return constant_number(t, *out, &why) ? 0 : parser_fail(p, "%s", buf_str(&why));
}

static int string_term(struct parser *p, const struct token *t, struct tree_node **out)
{
    struct span text;

    if (parser_unquote(p, t, &text) < 0)
        return -1;
    *out = parser_node(p, TREE_STRING, t->pos);
    (*out)->constant.text = t->text;
    (*out)->constant.value = value_string(text);
    return 0;
}

static int paren_term(struct parser *p, struct tree_node **out)
{
    int result;

    if (p->scope.parens >= PARENS_MAX || set_is_deep(p->set))
        return parser_fail(p, "max expression depth exceeded");
    p->scope.parens++;
    result = parser_pipeline(p, "parenthesized pipeline", TOKEN_RIGHT_PAREN, out);
    p->scope.parens--;
    return result;
}

static void name_variable(struct tree_node *node, struct span name, uint32_t number)
{
    node->variable.name = name.ptr;
    node->variable.name_len = (uint32_t)name.len;
    node->variable.number = number;
}

static int variable_term(struct parser *p, const struct token *t, struct tree_node **out)
{
    uint32_t number = parser_number(p, t->text);

    if (!parser_sees(p, number))
        return parser_fail(p, "undefined variable \"%.*s\"", SPAN_ARG(t->text));
    *out = path_node(p, TREE_VARIABLE, t->pos, SPAN_EMPTY);
    name_variable(*out, t->text, number);
    return 0;
}

// *out is NULL when no operand follows.
static int term(struct parser *p, struct tree_node **out)
{
    struct token t = parser_next_solid(p);

    *out = NULL;
    switch (t.type) {
    case TOKEN_IDENTIFIER: return function_term(p, &t, out);
    case TOKEN_DOT: *out = parser_node(p, TREE_DOT, t.pos); return 0;
    case TOKEN_NIL: *out = parser_node(p, TREE_NIL, t.pos); return 0;
    case TOKEN_VARIABLE: return variable_term(p, &t, out);
    case TOKEN_FIELD: *out = path_node(p, TREE_FIELD, t.pos, span_tail(t.text, 1)); return 0;
    case TOKEN_BOOL:
        *out = parser_node(p, TREE_BOOL, t.pos);
        (*out)->constant.text = t.text;
        (*out)->constant.value = value_bool(t.text.ptr[0] == 't');
        return 0;
    case TOKEN_CHAR_CONSTANT:
    case TOKEN_COMPLEX:
    case TOKEN_NUMBER: return number_term(p, &t, out);
    case TOKEN_LEFT_PAREN: return paren_term(p, out);
    case TOKEN_STRING:
    case TOKEN_RAW_STRING: return string_term(p, &t, out);
    default: parser_back(p); return 0;
    }
}

static int refuse_fields(struct parser *p, const struct tree_node *node)
{
    struct buf what CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)parser_peek(p); // Go's errors point behind the fields
    tree_print(node, &what);
    value_quote(buf_span(&what), &quoted);
    return parser_fail(p, "unexpected . after term %s", buf_str(&quoted));
}

// A term with the fields behind it.
static int operand(struct parser *p, struct tree_node **out)
{
    struct tree_node *base;

    if (term(p, out) < 0)
        return -1;
    base = *out;
    if (!base || !parser_at_field(p))
        return 0;
    *out = path_node(p, TREE_CHAIN, base->pos, SPAN_EMPTY);
    (*out)->base = base;
    return base->type >= TREE_DOT ? refuse_fields(p, base) : 0;
}

static int command(struct parser *p, struct tree_node **out)
{
    uint32_t pos = parser_peek_solid(p).pos;
    size_t base = p->nodes.len;
    struct token t;

    do {
        struct tree_node *arg;

        (void)parser_peek_solid(p); // skips blanks
        if (operand(p, &arg) < 0)
            return -1;
        if (arg)
            vec_push(&p->nodes, arg);
    } while (parser_took_space(p));
    t = parser_next(p);
    if (t.type == TOKEN_RIGHT_DELIM || t.type == TOKEN_RIGHT_PAREN)
        parser_back(p);
    else if (t.type != TOKEN_PIPE)
        return parser_unexpected(p, &t, "operand");
    if (p->nodes.len == base)
        return parser_fail(p, "empty command");
    *out = parser_list_node(p, TREE_COMMAND, pos, base, NULL);
    return 0;
}

static void declare(struct parser *p, const struct token *variable)
{
    struct tree_node *node = parser_node(p, TREE_VARIABLE, variable->pos);

    name_variable(node, variable->text, parser_number(p, variable->text));
    vec_push(&p->nodes, node);
    parser_declare(p, node->variable.number);
}

// What stands before := or =, onto the parser's stack. A variable that is an operand is put back.
static int declarations(struct parser *p, const char *context, bool *is_assignment)
{
    size_t base = p->nodes.len;

    while (parser_peek_solid(p).type == TOKEN_VARIABLE) {
        struct token v = parser_next(p), after = parser_peek(p), next = parser_peek_solid(p);
        enum token_type type;

        if (next.type == TOKEN_ASSIGN || next.type == TOKEN_DECLARE) {
            *is_assignment = next.type == TOKEN_ASSIGN;
            (void)parser_next_solid(p);
            declare(p, &v);
            return 0;
        }
        if (next.type != TOKEN_CHAR || !span_is(next.text, ",")) {
            if (after.type == TOKEN_SPACE)
                parser_back3(p, v, after);
            else
                parser_back2(p, v);
            return 0;
        }
        (void)parser_next_solid(p);
        declare(p, &v);
        if (p->nodes.len - base >= 2 || strcmp(context, "range") != 0)
            return parser_fail(p, "too many declarations in %s", context);
        type = parser_peek_solid(p).type;
        if (type != TOKEN_VARIABLE && type != TOKEN_RIGHT_DELIM && type != TOKEN_RIGHT_PAREN)
            return parser_fail(p, "range can only initialize variables");
    }
    return 0;
}

// *out is NULL when there are none.
static int declared_variables(struct parser *p, const char *context, struct tree_declared **out)
{
    size_t base = p->nodes.len;
    bool is_assignment = false;

    *out = NULL;
    if (declarations(p, context, &is_assignment) < 0)
        return -1;
    if (p->nodes.len == base)
        return 0;
    *out = parser_declared(p, base);
    (*out)->is_assignment = is_assignment;
    return 0;
}

// What can never be called may only stand first.
static int check_pipeline(struct parser *p, const struct tree_node *pipe, const char *context)
{
    if (!pipe->len)
        return parser_fail(p, "missing value for %s", context);
    for (size_t i = 1; i < pipe->len; i++)
        if (tree_items(tree_items(pipe)[i])[0]->type >= TREE_DOT)
            return parser_fail(p, "non executable command in pipeline stage %zu", i + 1);
    return 0;
}

static bool starts_operand(enum token_type type)
{
    switch (type) {
    case TOKEN_BOOL:
    case TOKEN_CHAR_CONSTANT:
    case TOKEN_COMPLEX:
    case TOKEN_DOT:
    case TOKEN_FIELD:
    case TOKEN_IDENTIFIER:
    case TOKEN_NUMBER:
    case TOKEN_NIL:
    case TOKEN_RAW_STRING:
    case TOKEN_STRING:
    case TOKEN_VARIABLE:
    case TOKEN_LEFT_PAREN: return true;
    default: return false;
    }
}

int parser_pipeline(struct parser *p, const char *context, enum token_type end,
                    struct tree_node **out)
{
    struct tree_declared *declared;
    uint32_t pos = parser_peek_solid(p).pos;
    size_t base = p->nodes.len;

    if (declared_variables(p, context, &declared) < 0)
        return -1;
    for (;;) {
        struct token t = parser_next_solid(p);
        struct tree_node *cmd = NULL;

        if (t.type == end)
            break;
        if (!starts_operand(t.type))
            return parser_unexpected(p, &t, context);
        parser_back(p);
        if (command(p, &cmd) < 0)
            return -1;
        vec_push(&p->nodes, cmd);
    }
    *out = parser_list_node(p, TREE_PIPE, pos, base, declared);
    return check_pipeline(p, *out, context);
}
