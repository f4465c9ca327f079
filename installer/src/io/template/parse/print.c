// SPDX-License-Identifier: Apache-2.0
// Nodes as text, in the form that Go's errors show.
#include "base/mem.h"
#include "io/template/parse/tree.h"

static void print_list(const struct tree_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->len; i++)
        tree_print(list->items[i], out);
}

static void print_names(const struct tree_node *node, struct buf *out)
{
    for (size_t i = 0; i < node->len; i++) {
        buf_add_char(out, '.');
        buf_add_span(out, tree_names(node)[i]);
    }
}

// An operand; a pipe is one in parentheses.
static void print_operand(const struct tree_node *node, struct buf *out)
{
    if (node->type != TREE_PIPE) {
        tree_print(node, out);
        return;
    }
    buf_add_char(out, '(');
    tree_print(node, out);
    buf_add_char(out, ')');
}

static void print_pipe(const struct tree_node *node, struct buf *out)
{
    const struct tree_declared *declared = tree_declared(node);

    for (size_t i = 0; i < declared->len; i++) {
        buf_add_str(out, i ? ", " : "");
        tree_print(declared->items[i], out);
    }
    if (declared->len)
        buf_add_str(out, declared->is_assignment ? " = " : " := ");
    for (size_t i = 0; i < node->len; i++) {
        buf_add_str(out, i ? " | " : "");
        tree_print(tree_items(node)[i], out);
    }
}

static void print_command(const struct tree_node *node, struct buf *out)
{
    for (size_t i = 0; i < node->len; i++) {
        buf_add_str(out, i ? " " : "");
        print_operand(tree_items(node)[i], out);
    }
}

static void print_branch(const char *word, const struct tree_node *node, struct buf *out)
{
    buf_printf(out, "{{%s ", word);
    tree_print(node->statement.pipe, out);
    buf_add_str(out, "}}");
    print_list(node->statement.then, out);
    if (node->statement.otherwise) {
        buf_add_str(out, "{{else}}");
        print_list(node->statement.otherwise, out);
    }
    buf_add_str(out, "{{end}}");
}

static void print_template(const struct tree_node *node, struct buf *out)
{
    buf_add_str(out, "{{template ");
    value_quote(node->statement.name, out);
    if (node->statement.pipe) {
        buf_add_char(out, ' ');
        tree_print(node->statement.pipe, out);
    }
    buf_add_str(out, "}}");
}

static void print_statement(const struct tree_node *node, struct buf *out)
{
    switch (node->type) {
    case TREE_TEXT: buf_add_span(out, node->text); break;
    case TREE_ACTION:
        buf_add_str(out, "{{");
        tree_print(node->statement.pipe, out);
        buf_add_str(out, "}}");
        break;
    case TREE_IF: print_branch("if", node, out); break;
    case TREE_WITH: print_branch("with", node, out); break;
    case TREE_RANGE: print_branch("range", node, out); break;
    case TREE_TEMPLATE: print_template(node, out); break;
    case TREE_BREAK: buf_add_str(out, "{{break}}"); break;
    case TREE_CONTINUE: buf_add_str(out, "{{continue}}"); break;
    case TREE_END: buf_add_str(out, "{{end}}"); break;
    default: buf_add_str(out, "{{else}}"); break;
    }
}

void tree_print(const struct tree_node *node, struct buf *out)
{
    switch (node->type) {
    case TREE_PIPE: print_pipe(node, out); break;
    case TREE_COMMAND: print_command(node, out); break;
    case TREE_VARIABLE:
        buf_add_span(out, tree_variable_name(node));
        print_names(node, out);
        break;
    case TREE_CHAIN:
        print_operand(node->base, out);
        print_names(node, out);
        break;
    case TREE_FIELD: print_names(node, out); break;
    case TREE_FUNCTION: buf_add_str(out, node->function->name); break;
    case TREE_DOT: buf_add_char(out, '.'); break;
    case TREE_NIL: buf_add_str(out, "nil"); break;
    case TREE_BOOL:
    case TREE_NUMBER:
    case TREE_STRING: buf_add_span(out, node->constant.text); break;
    default: print_statement(node, out); break;
    }
}

struct tree_node *tree_path_head(const struct tree_node *node, size_t count)
{
    size_t size = tree_node_size(node->type) + count * sizeof(struct span);
    struct tree_node *head = mem_alloc(size);

    memcpy(head, node, size);
    head->len = count & TREE_LEN_MAX;
    return head;
}
