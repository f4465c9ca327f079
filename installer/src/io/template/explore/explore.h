// SPDX-License-Identifier: Apache-2.0
// What an expression can come to when nothing is executed: parts of the tree of values, maps that
// templates build themselves, texts that stand in them. Of everything else nothing is known.
#ifndef IO_TEMPLATE_EXPLORE_EXPLORE_H
#define IO_TEMPLATE_EXPLORE_EXPLORE_H

#include "base/map.h"
#include "base/vec.h"
#include "io/template/parse/set.h"

enum {
    THING_PATHS = 16, // that one expression may come to; more are read as a whole
    THING_SHAPES = 4,
    THING_TEXTS = 6,
    PATH_DEPTH_MAX = 14,
    STEPS_MAX = 400000, // nodes that are looked at
};

struct template_thing;

// One part of the tree of values.
struct part {
    struct template_path path; // first
    struct part *first, *next; // below it; beside it
    unsigned depth;
    struct template_thing *written; // what templates have put there themselves, or NULL
};

struct shape_field {
    struct span key;
    struct template_thing *item;
};
// A map or list that templates have built.
struct shape {
    VEC(struct shape_field) fields; // TEMPLATE_ANY_KEY: of any
    unsigned id, changes;
    bool is_context; // that templates start with
};

struct template_thing {
    struct part *paths[THING_PATHS];
    struct shape *shapes[THING_SHAPES];
    struct span texts[THING_TEXTS];
    uint8_t path_count, shape_count, text_count;
    bool other_text; // one that is not among them
};
#define THING_UNKNOWN ((struct template_thing){.other_text = true})

struct explored_variable {
    uint32_t variable;
    struct template_thing thing;
};

struct template_explorer {
    const struct template_set *set;
    const struct template_set *own; // that is being walked: `set` or a clone
    struct map effects;             // by name: struct template_effects
    template_on_explored on_read;
    void *data;
    // explore_tree(), for `include`: expressions know nothing of statements.
    void (*walk)(struct template_explorer *e, const struct template_tree *tree,
                 const struct template_thing *dot);
    struct arena *arena;
    struct part root;
    VEC(struct explored_variable) variables;
    size_t first_variable; // of the template that is walked
    struct map walked;     // templates with what they were walked with
    unsigned shapes, changes, depth;
    size_t steps;
    bool gave_up;
    // Where the walk is.
    const struct template_file *file;
    const struct tree_node *at;
    struct span text_file; // of a text that is a template; ptr NULL: none
    uint32_t text_line;
};

// --- thing.c ---

struct part *part_at(struct template_explorer *e, struct part *up, struct span key) MUST_CHECK;
struct shape *shape_new(struct template_explorer *e) MUST_CHECK;
void shape_put(struct template_explorer *e, struct shape *shape, struct span key,
               const struct template_thing *item);
struct template_thing thing_of_shape(struct shape *shape) MUST_CHECK;
struct template_thing thing_of_text(struct span text) MUST_CHECK;
// Adds what `more` may be.
void thing_join(struct template_explorer *e, struct template_thing *thing,
                const struct template_thing *more);
// What is under a key; under TEMPLATE_ANY_KEY any of its items.
struct template_thing thing_field(struct template_explorer *e, const struct template_thing *thing,
                                  struct span key) MUST_CHECK;
void thing_set(struct template_explorer *e, const struct template_thing *thing, struct span key,
               const struct template_thing *item);

// Tells that all it may be is read: itself, or with all below it.
void thing_read(struct template_explorer *e, const struct template_thing *thing);
void thing_read_whole(struct template_explorer *e, const struct template_thing *thing);

// Appends what tells it from others, for `walked`.
void thing_key(const struct template_thing *thing, struct buf *out);

// --- expression.c, call.c, statement.c ---

struct template_thing explore_pipe(struct template_explorer *e, const struct template_thing *dot,
                                   const struct tree_node *pipe) MUST_CHECK;
// The same, but what it declares is left to the caller.
struct template_thing explore_commands(struct template_explorer *e,
                                       const struct template_thing *dot,
                                       const struct tree_node *pipe) MUST_CHECK;
// A call with all its arguments, that of the pipeline too.
struct template_thing explore_call(struct template_explorer *e, struct span name,
                                   const struct template_thing *args, size_t count) MUST_CHECK;
void explore_variable(struct template_explorer *e, const struct tree_node *node,
                      const struct template_thing *thing, bool is_new);

#endif
