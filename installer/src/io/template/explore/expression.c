// SPDX-License-Identifier: Apache-2.0
// What expressions can come to.
#include "io/template/explore/explore.h"

void explore_variable(struct template_explorer *e, const struct tree_node *node,
                      const struct template_thing *thing, bool is_new)
{
    struct explored_variable variable = {node->path.variable, *thing};

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
        if (e->variables.items[i].variable == node->path.variable)
            return e->variables.items[i].thing;
    return THING_UNKNOWN;
}

static struct template_thing fields(struct template_explorer *e, struct template_thing from,
                                    const struct tree_node *node)
{
    const struct names *names = &node->path.names;

    for (size_t i = 0; i < names->len; i++)
        from = thing_field(e, &from, names->items[i]);
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
    case TREE_CHAIN: return fields(e, explore_operand(e, dot, node->path.base), node);
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
                                         const struct tree_list *args,
                                         const struct template_thing *final)
{
    struct template_thing thing = explore_operand(e, dot, args->items[0]);

    for (size_t i = 1; i < args->len; i++) {
        struct template_thing arg = explore_operand(e, dot, args->items[i]);

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
    const struct tree_list *list = &node->args;
    struct template_thing *args CLEANUP(mem_cleanup) = NULL;
    size_t count = 0;

    if (list->items[0]->type != TREE_FUNCTION)
        return list->len > 1 || final ? call_method(e, dot, list, final)
                                      : explore_operand(e, dot, list->items[0]);
    args = mem_zalloc(list->len, sizeof(*args)); // the final one in place of the function
    for (size_t i = 1; i < list->len; i++)
        args[count++] = explore_operand(e, dot, list->items[i]);
    if (final)
        args[count++] = *final;
    e->at = list->items[0];
    return explore_call(e, span_str(list->items[0]->function->name), args, count);
}

struct template_thing explore_pipe(struct template_explorer *e, const struct template_thing *dot,
                                   const struct tree_node *pipe)
{
    const struct tree_list *commands = &pipe->pipe.commands;
    const struct tree_list *declared = &pipe->pipe.declared->variables;
    struct template_thing thing = THING_UNKNOWN;

    if (++e->steps > STEPS_MAX || set_is_deep(e->set)) {
        e->gave_up = true;
        return thing;
    }
    for (size_t i = 0; i < commands->len; i++)
        thing = command(e, dot, commands->items[i], i ? &thing : NULL);
    for (size_t i = 0; i < declared->len; i++)
        explore_variable(e, declared->items[i], &thing, !pipe->pipe.declared->is_assignment);
    return thing;
}
