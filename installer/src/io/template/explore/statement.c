// SPDX-License-Identifier: Apache-2.0
// Walks templates through all their branches.
#include <stdlib.h>

#include "io/template/explore/explore.h"

enum { TEMPLATES_DEPTH_MAX = 100 };

static void walk(struct template_explorer *e, const struct template_thing *dot,
                 const struct tree_list *list);
static void explore_tree(struct template_explorer *e, const struct template_tree *tree,
                         const struct template_thing *dot);

static void walk_both(struct template_explorer *e, const struct tree_node *node,
                      const struct template_thing *then, const struct template_thing *otherwise)
{
    walk(e, then, node->statement.then);
    if (node->statement.otherwise)
        walk(e, otherwise, node->statement.otherwise);
}

static void range(struct template_explorer *e, const struct template_thing *dot,
                  const struct tree_node *node)
{
    const struct tree_node *pipe = node->statement.pipe;
    const struct tree_declared *declared = tree_declared(pipe);
    struct template_thing over = explore_commands(e, dot, pipe), item, key = THING_UNKNOWN;

    e->at = pipe;
    item = thing_field(e, &over, SPAN(TEMPLATE_ANY_KEY));
    thing_read(e, &item);
    for (size_t i = 0; i < declared->len; i++)
        explore_variable(e, declared->items[i], i + 1 == declared->len ? &item : &key,
                         !declared->is_assignment);
    walk_both(e, node, &item, dot);
}

static void call_template(struct template_explorer *e, const struct template_thing *dot,
                          const struct tree_node *node)
{
    const struct template_tree *tree = set_find(e->own, node->statement.name);
    struct template_thing given = THING_UNKNOWN;

    if (node->statement.pipe)
        given = explore_pipe(e, dot, node->statement.pipe);
    e->at = node;
    if (tree)
        explore_tree(e, tree, &given);
    e->at = node;
}

static void statement(struct template_explorer *e, const struct template_thing *dot,
                      const struct tree_node *node)
{
    size_t variables = e->variables.len;
    struct template_thing thing;

    switch (node->type) {
    case TREE_ACTION:
        thing = explore_pipe(e, dot, node->statement.pipe);
        e->at = node;
        if (!node->statement.pipe->declares)
            thing_read_whole(e, &thing);
        return;
    case TREE_IF:
        thing = explore_pipe(e, dot, node->statement.pipe); // a test: nothing below it is read
        walk_both(e, node, dot, dot);
        break;
    case TREE_WITH:
        thing = explore_pipe(e, dot, node->statement.pipe);
        walk_both(e, node, &thing, dot);
        break;
    case TREE_RANGE: range(e, dot, node); break;
    case TREE_TEMPLATE: call_template(e, dot, node); return;
    default: return;
    }
    e->variables.len = variables;
}

static void walk(struct template_explorer *e, const struct template_thing *dot,
                 const struct tree_list *list)
{
    for (size_t i = 0; i < list->len && !e->gave_up; i++)
        statement(e, dot, list->items[i]);
}

// Whether a template has not been walked with this yet.
static bool is_new(struct template_explorer *e, const struct template_tree *tree,
                   const struct template_thing *dot)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&key, "%p %u ", (const void *)tree, e->changes);
    thing_key(dot, &key);
    if (key.overflow || map_get(&e->walked, buf_span(&key)))
        return false;
    (void)map_put(&e->walked, arena_span(e->arena, buf_span(&key)), e);
    return true;
}

static void explore_tree(struct template_explorer *e, const struct template_tree *tree,
                         const struct template_thing *dot)
{
    const struct template_file *file = e->file;
    struct explored_variable root = {VARIABLE_ROOT, *dot};
    size_t first = e->first_variable, variables = e->variables.len;

    if (!is_new(e, tree, dot))
        return;
    if (e->depth >= TEMPLATES_DEPTH_MAX || set_is_deep(e->set)) {
        thing_read_whole(e, dot);
        e->gave_up = true;
        return;
    }
    e->depth++;
    e->file = tree->file;
    e->first_variable = variables;
    vec_push(&e->variables, root);
    walk(e, dot, tree->body);
    e->variables.len = variables;
    e->first_variable = first;
    e->file = file;
    e->depth--;
}

// --- the explorer ---

struct template_explorer *template_explorer_new(const struct template_set *set,
                                                const struct template_effects *effects,
                                                size_t count, template_on_explored on_read,
                                                void *data)
{
    struct template_explorer *e = MEM_NEW(struct template_explorer);

    e->set = e->own = set;
    e->walk = explore_tree;
    e->on_read = on_read;
    e->data = data;
    e->arena = arena_new();
    for (size_t i = 0; i < count; i++)
        (void)map_put(&e->effects, span_str(effects[i].name), (void *)(uintptr_t)&effects[i]);
    return e;
}

void template_explorer_free(struct template_explorer *e)
{
    if (!e)
        return;
    vec_free(&e->variables);
    map_free(&e->effects);
    map_free(&e->walked);
    arena_free(e->arena);
    free(e);
}

struct template_thing *template_thing_at(struct template_explorer *e, const struct span *keys,
                                         size_t count)
{
    struct template_thing *thing = ARENA_NEW(e->arena, struct template_thing);
    struct part *part = &e->root;

    for (size_t i = 0; i < count; i++)
        part = part_at(e, part, keys[i]);
    thing->paths[thing->path_count++] = part;
    thing->other_text = true;
    return thing;
}

struct template_thing *template_thing_map(struct template_explorer *e)
{
    struct template_thing *thing = ARENA_NEW(e->arena, struct template_thing);

    *thing = thing_of_shape(shape_new(e));
    thing->shapes[0]->is_context = true;
    return thing;
}

void template_thing_put(struct template_explorer *e, struct template_thing *map, struct span key,
                        const struct template_thing *item)
{
    shape_put(e, map->shapes[0], key, item);
}

void template_explore(struct template_explorer *e, struct span name,
                      const struct template_thing *dot)
{
    const struct template_tree *tree = set_find(e->own, name);

    if (tree)
        explore_tree(e, tree, dot);
}

void template_explore_text(struct template_explorer *e, struct span text, struct span file,
                           uint32_t line, const struct template_thing *dot)
{
    struct template_set *clone CLEANUP(template_set_cleanup) = template_set_clone(e->set);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (template_parse(clone, SPAN(TEMPLATE_SET_NAME), text, &err) < 0)
        return;
    e->own = clone;
    e->text_file = file;
    e->text_line = line;
    template_explore(e, SPAN(TEMPLATE_SET_NAME), dot);
    e->own = e->set;
}

bool template_explored_all(const struct template_explorer *e)
{
    return !e->gave_up;
}
