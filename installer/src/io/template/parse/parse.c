// SPDX-License-Identifier: Apache-2.0
// Statements: text, actions, control structures, definitions.
#include "io/template/parse/parse.h"

#include "base/rune.h"
#include "io/template/parse/parser.h"

static int statement(struct parser *p, struct tree_node **out) MUST_CHECK;

static bool is_blank(struct span s)
{
    while (s.len)
        if (!rune_is_space(rune_next(&s)))
            return false;
    return true;
}

static bool is_empty(const struct tree_list *body)
{
    for (size_t i = 0; i < body->len; i++)
        if (body->items[i]->type != TREE_TEXT || !is_blank(body->items[i]->text))
            return false;
    return true;
}

// In one file a name may be defined once, apart from empty definitions.
static int add_tree(struct parser *p, struct span name, const struct tree_list *body)
{
    const struct template_tree *before = map_get(p->trees, name);
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct template_tree *tree;

    if (before && !before->is_empty && is_empty(body))
        return 0;
    if (before && !before->is_empty) {
        value_quote(name, &quoted);
        return parser_fail(p, "template: multiple definition of template %s", buf_str(&quoted));
    }
    tree = ARENA_NEW(p->arena, struct template_tree);
    *tree = (struct template_tree){name, p->file, body, is_empty(body)};
    map_put(p->trees, name, tree);
    return 0;
}

// Up to an {{end}} or {{else}}, which *end is.
static int item_list(struct parser *p, struct tree_list **out, struct tree_node **end)
{
    size_t base = p->nodes.len;

    while (parser_peek_solid(p).type != TOKEN_EOF) {
        struct tree_node *node;

        if (statement(p, &node) < 0)
            return -1;
        if (node->type == TREE_END || node->type == TREE_ELSE) {
            *end = node;
            *out = parser_list(p, base);
            return 0;
        }
        vec_push(&p->nodes, node);
    }
    return parser_fail(p, "unexpected EOF");
}

static int expect(struct parser *p, enum token_type type, const char *context)
{
    struct token t = parser_next_solid(p);

    return t.type == type ? 0 : parser_unexpected(p, &t, context);
}

// A body up to its {{end}}, as a template of its own.
static int tree_body(struct parser *p, struct span name, const char *context)
{
    struct scope outer = p->scope;
    struct tree_list *body;
    struct tree_node *end;

    p->scope = (struct scope){.declared = p->declared.len};
    if (item_list(p, &body, &end) < 0)
        return -1;
    if (end->type != TREE_END)
        return parser_fail(p, "unexpected {{else}} in %s", context);
    if (add_tree(p, name, body) < 0)
        return -1;
    parser_forget(p, p->scope.declared);
    p->scope = outer;
    return 0;
}

// Behind the word "define".
static int definition(struct parser *p)
{
    static const char context[] = "define clause";
    struct token t = parser_next_solid(p);
    struct span name;

    if (t.type != TOKEN_STRING && t.type != TOKEN_RAW_STRING)
        return parser_unexpected(p, &t, context);
    if (parser_unquote(p, &t, &name) < 0 || expect(p, TOKEN_RIGHT_DELIM, context) < 0)
        return -1;
    return tree_body(p, name, context);
}

static int control(struct parser *p, enum tree_type type, const char *word, struct tree_node **out);

// Behind an {{else}}: another branch, or the rest.
static int otherwise(struct parser *p, struct tree_node *node, const char *word)
{
    enum token_type next = parser_peek(p).type;
    struct tree_node *branch, *end;
    size_t base = p->nodes.len;

    if ((node->type == TREE_IF && next == TOKEN_IF) ||
        (node->type == TREE_WITH && next == TOKEN_WITH)) {
        (void)parser_next(p);
        if (control(p, node->type, word, &branch) < 0)
            return -1;
        vec_push(&p->nodes, branch);
        node->statement.otherwise = parser_list(p, base);
        return 0;
    }
    if (item_list(p, &node->statement.otherwise, &end) < 0)
        return -1;
    return end->type == TREE_END ? 0 : parser_fail(p, "expected end; found {{else}}");
}

static int control(struct parser *p, enum tree_type type, const char *word, struct tree_node **out)
{
    size_t declared = p->declared.len;
    struct tree_node *node = parser_node(p, type, 0), *end;

    if (set_is_deep(p->set))
        return parser_fail(p, "max expression depth exceeded");
    if (parser_pipeline(p, word, TOKEN_RIGHT_DELIM, &node->statement.pipe) < 0)
        return -1;
    node->pos = node->statement.pipe->pos;
    p->scope.range_depth += type == TREE_RANGE;
    if (item_list(p, &node->statement.then, &end) < 0)
        return -1;
    p->scope.range_depth -= type == TREE_RANGE;
    if (end->type == TREE_ELSE && otherwise(p, node, word) < 0)
        return -1;
    parser_forget(p, declared);
    *out = node;
    return 0;
}

static int template_name(struct parser *p, const struct token *t, const char *context,
                         struct span *name)
{
    if (t->type != TOKEN_STRING && t->type != TOKEN_RAW_STRING)
        return parser_unexpected(p, t, context);
    return parser_unquote(p, t, name);
}

// {{block "name" pipe}}: defines the template and calls it.
static int block(struct parser *p, struct tree_node **out)
{
    static const char context[] = "block clause";
    struct token t = parser_next_solid(p);
    struct tree_node *node = parser_node(p, TREE_TEMPLATE, t.pos);

    *out = node;
    if (set_is_deep(p->set))
        return parser_fail(p, "max expression depth exceeded");
    if (template_name(p, &t, context, &node->statement.name) < 0 ||
        parser_pipeline(p, context, TOKEN_RIGHT_DELIM, &node->statement.pipe) < 0)
        return -1;
    return tree_body(p, node->statement.name, context);
}

static int template_call(struct parser *p, struct tree_node **out)
{
    static const char context[] = "template clause";
    struct token t = parser_next_solid(p);
    struct tree_node *node = parser_node(p, TREE_TEMPLATE, t.pos);

    *out = node;
    if (template_name(p, &t, context, &node->statement.name) < 0)
        return -1;
    if (parser_next_solid(p).type == TOKEN_RIGHT_DELIM)
        return 0;
    parser_back(p);
    return parser_pipeline(p, context, TOKEN_RIGHT_DELIM, &node->statement.pipe);
}

// {{break}} and {{continue}}.
static int jump(struct parser *p, enum tree_type type, const char *context, uint32_t pos,
                struct tree_node **out)
{
    if (expect(p, TOKEN_RIGHT_DELIM, context) < 0)
        return -1;
    if (!p->scope.range_depth)
        return parser_fail(p, "%s outside {{range}}", context);
    *out = parser_node(p, type, pos);
    return 0;
}

static int else_clause(struct parser *p, struct tree_node **out)
{
    struct token t = parser_peek_solid(p);

    *out = parser_node(p, TREE_ELSE, t.pos);
    if (t.type == TOKEN_IF || t.type == TOKEN_WITH)
        return 0;
    return expect(p, TOKEN_RIGHT_DELIM, "else");
}

// Behind the left delimiter.
static int action(struct parser *p, struct tree_node **out)
{
    struct token t = parser_next_solid(p);

    switch (t.type) {
    case TOKEN_BLOCK: return block(p, out);
    case TOKEN_BREAK: return jump(p, TREE_BREAK, "{{break}}", t.pos, out);
    case TOKEN_CONTINUE: return jump(p, TREE_CONTINUE, "{{continue}}", t.pos, out);
    case TOKEN_ELSE: return else_clause(p, out);
    case TOKEN_END:
        *out = parser_node(p, TREE_END, t.pos);
        return expect(p, TOKEN_RIGHT_DELIM, "end");
    case TOKEN_IF: return control(p, TREE_IF, "if", out);
    case TOKEN_RANGE: return control(p, TREE_RANGE, "range", out);
    case TOKEN_TEMPLATE: return template_call(p, out);
    case TOKEN_WITH: return control(p, TREE_WITH, "with", out);
    default:
        parser_back(p);
        *out = parser_node(p, TREE_ACTION, t.pos);
        return parser_pipeline(p, "command", TOKEN_RIGHT_DELIM, &(*out)->statement.pipe);
    }
}

static int statement(struct parser *p, struct tree_node **out)
{
    struct token t = parser_next_solid(p);
    int result;

    if (t.type == TOKEN_TEXT) {
        *out = parser_node(p, TREE_TEXT, t.pos);
        (*out)->text = t.text;
        return 0;
    }
    if (t.type != TOKEN_LEFT_DELIM)
        return parser_unexpected(p, &t, "input");
    p->scope.action = t.pos + 1;
    result = action(p, out);
    p->scope.action = 0;
    return result;
}

// True when a {{define}} followed, which has been read or has failed.
static bool take_definition(struct parser *p, int *result)
{
    struct token delim = parser_peek(p);

    if (delim.type != TOKEN_LEFT_DELIM)
        return false;
    (void)parser_next(p);
    if (parser_next_solid(p).type != TOKEN_DEFINE) {
        parser_back2(p, delim);
        return false;
    }
    *result = definition(p);
    return true;
}

static int file_body(struct parser *p, const struct tree_list **body)
{
    while (parser_peek(p).type != TOKEN_EOF) {
        struct tree_node *node;
        int result;

        if (take_definition(p, &result)) {
            if (result < 0)
                return -1;
            continue;
        }
        if (statement(p, &node) < 0)
            return -1;
        if (node->type == TREE_END || node->type == TREE_ELSE)
            return parser_fail(p, "unexpected %s", node->type == TREE_END ? "{{end}}" : "{{else}}");
        vec_push(&p->nodes, node);
    }
    *body = parser_list(p, 0);
    return 0;
}

static int parse(struct parser *p, const struct tree_list **body)
{
    struct span text = p->file->text;
    int result;

    if (text.len > TREE_TEXT_MAX_BYTES)
        return err_set(p->err, ERR_CONFIG, "%.*s: is larger than %zu MiB", SPAN_ARG(p->file->name),
                       TREE_TEXT_MAX_BYTES >> 20);
    lexer_init(&p->lexer, p->arena, text);
    (void)parser_number(p, SPAN("$")); // VARIABLE_ROOT
    result = file_body(p, body);
    map_free(&p->variable_numbers);
    vec_free(&p->variables);
    vec_free(&p->declared);
    vec_free(&p->nodes);
    vec_free(&p->names);
    return result;
}

int parse_file(const struct template_set *set, struct span name, struct span text,
               struct map *trees, struct err **err)
{
    struct template_file *file = ARENA_NEW(set->arena, struct template_file);
    struct parser p = {.set = set, .arena = set->arena, .file = file, .trees = trees, .err = err};
    const struct tree_list *body;

    *file = (struct template_file){name, text};
    return parse(&p, &body) < 0 ? -1 : add_tree(&p, name, body);
}

int parse_text(const struct template_set *set, struct span text, struct parsed_text *out,
               struct err **err)
{
    struct parser p = {.set = set, .arena = set->arena, .trees = &out->trees, .err = err};

    p.file = out->file = ARENA_NEW(set->arena, struct template_file);
    *out->file = (struct template_file){.text = text};
    return parse(&p, &out->body);
}

bool parse_give_name(struct parsed_text *text, struct span name, struct arena *a)
{
    struct template_tree *tree;

    if (map_get(&text->trees, name))
        return false;
    text->file->name = name;
    tree = ARENA_NEW(a, struct template_tree);
    *tree = (struct template_tree){name, text->file, text->body, is_empty(text->body)};
    (void)map_put(&text->trees, name, tree);
    return true;
}
