// SPDX-License-Identifier: Apache-2.0
// Variables: the newest of a name counts. The parser has seen that there is one, apart from
// assignments and from what and/or did not evaluate.
#include "io/template/exec/run.h"

void variable_push(struct frame *f, const struct tree_node *node, const struct operand *operand)
{
    vec_push(&f->run->bindings, (struct binding){node->variable.number, *operand});
}

static struct binding *find(struct frame *f, const struct tree_node *node)
{
    enum { BINDINGS_PER_STEP = 16 };
    struct binding *items = f->run->bindings.items;
    size_t len = f->run->bindings.len;

    for (size_t i = len; i-- > f->bindings;)
        if (items[i].variable == node->variable.number) {
            f->run->steps += (len - i) / BINDINGS_PER_STEP;
            return &items[i];
        }
    (void)exec_fail(f, "undefined variable: %.*s", SPAN_ARG(tree_variable_name(node)));
    return NULL;
}

int variable_set(struct frame *f, const struct tree_node *node, const struct operand *operand)
{
    struct binding *b = find(f, node);

    if (!b)
        return -1;
    b->operand = *operand;
    return 0;
}

int variable_get(struct frame *f, const struct tree_node *node, struct operand *out)
{
    const struct binding *b = find(f, node);

    if (!b)
        return -1;
    *out = b->operand;
    return 0;
}
