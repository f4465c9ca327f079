// SPDX-License-Identifier: Apache-2.0
// What expressions can come to.
#include "io/template/explore/explore.h"

void explore_variable(struct template_explorer *e, const struct tree_node *node,
                      const struct template_thing *thing, bool is_new)
{
    struct explored_variable variable = {node->variable.number, *thing};

    // What is assigned in a branch may be there or not.
    for (size_t i = e->variables.len; !is_new && i-- > e->first_variable;)
        if (e->variables.items[i].variable == variable.variable) {
            struct template_thing joined = e->variables.items[i].thing;

            thing_join(e, &joined, thing);
            e->variables.items[i].thing = joined;
            return;
        }
    vec_push(&e->variables, variable);
}

static struct template_thing variable_value(const struct template_explorer *e,
                                            const struct tree_node *node)
{
    for (size_t i = e->variables.len; i-- > e->first_variable;)
        if (e->variables.items[i].variable == node->variable.number)
            return e->variables.items[i].thing;
    return THING_UNKNOWN;
}

static struct template_thing fields(struct template_explorer *e, struct template_thing from,
                                    const struct tree_node *node)
{
    for (size_t i = 0; i < node->len; i++)
        from = thing_field(e, &from, tree_names(node)[i]);
    e->at = node;
    thing_read(e, &from);
    return from;
}

static struct template_thing explore_operand(struct template_explorer *e,
                                             const struct template_thing *dot,
                                             const struct tree_node *node)
{
    e->at = node;
    switch (node->type) {
    case TREE_DOT: return *dot;
    case TREE_FIELD: return fields(e, *dot, node);
    case TREE_VARIABLE: return fields(e, variable_value(e, node), node);
    case TREE_CHAIN: return fields(e, explore_operand(e, dot, node->base), node);
    case TREE_PIPE: return explore_pipe(e, dot, node);
    case TREE_FUNCTION: return explore_call(e, span_str(node->function->name), NULL, 0);
    case TREE_STRING: return thing_of_text(node->constant.value.s);
    case TREE_NUMBER: return thing_of_text(node->constant.text);
    default: return THING_UNKNOWN;
    }
}

// A field may be a method, whose arguments are read.
static struct template_thing call_method(struct template_explorer *e,
                                         const struct template_thing *dot,
                                         const struct tree_node *args,
                                         const struct template_thing *final)
{
    struct template_thing thing = explore_operand(e, dot, tree_items(args)[0]);

    for (size_t i = 1; i < args->len; i++) {
        struct template_thing arg = explore_operand(e, dot, tree_items(args)[i]);

        thing_read_whole(e, &arg);
    }
    if (final)
        thing_read_whole(e, final);
    return thing;
}

static struct template_thing command(struct template_explorer *e, const struct template_thing *dot,
                                     const struct tree_node *node,
                                     const struct template_thing *final)
{
    struct tree_node *const *items = tree_items(node);
    struct template_thing *args CLEANUP(mem_cleanup) = NULL;
    size_t count = 0;

    if (items[0]->type != TREE_FUNCTION)
        return node->len > 1 || final ? call_method(e, dot, node, final)
                                      : explore_operand(e, dot, items[0]);
    args = mem_zalloc(node->len, sizeof(*args)); // the final one in place of the function
    for (size_t i = 1; i < node->len; i++)
        args[count++] = explore_operand(e, dot, items[i]);
    if (final)
        args[count++] = *final;
    e->at = items[0];
    return explore_call(e, span_str(items[0]->function->name), args, count);
}

struct template_thing explore_commands(struct template_explorer *e,
                                       const struct template_thing *dot,
                                       const struct tree_node *pipe)
{
    struct template_thing thing = THING_UNKNOWN;

    if (++e->steps > STEPS_MAX || set_is_deep(e->set)) {
        e->gave_up = true;
        return thing;
    }
    for (size_t i = 0; i < pipe->len; i++)
        thing = command(e, dot, tree_items(pipe)[i], i ? &thing : NULL);
    return thing;
}

struct template_thing explore_pipe(struct template_explorer *e, const struct template_thing *dot,
                                   const struct tree_node *pipe)
{
    const struct tree_declared *declared = tree_declared(pipe);
    struct template_thing thing = explore_commands(e, dot, pipe);

    for (size_t i = 0; i < declared->len && !e->gave_up; i++)
        explore_variable(e, declared->items[i], &thing, !declared->is_assignment);
    return thing;
}
