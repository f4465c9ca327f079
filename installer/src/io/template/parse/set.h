// SPDX-License-Identifier: Apache-2.0
// A set of templates: names, functions, and where all of it lives.
#ifndef IO_TEMPLATE_PARSE_SET_H
#define IO_TEMPLATE_PARSE_SET_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/template/parse/tree.h"

// The functions that templates can call, a later one instead of an earlier one of its name. Their
// names are the program's: nobody chooses them to collide, and their hash is a cheap one.
struct function_table {
    VEC(const struct template_function *) items; // in the order in which they came
    uint16_t *slots;                             // index + 1 into items, 0 for free
    size_t slot_count;                           // a power of two
};

// `count`: how many there will be at most.
struct function_table *set_functions_new(size_t count);
void set_functions_add(struct function_table *table, const struct template_function *function);
void set_functions_free(struct function_table *table);

struct template_set {
    const struct template_set *original; // of a clone: asked for what the clone does not have
    struct map templates;                // name to struct template_tree
    struct arena *arena;                 // of the first original, shared by all clones
    VEC(struct arena *) more;            // of what was parsed ahead: the first original's
    struct function_table *functions;    // shared too
    void *data;
    // Where the C stack stood when the first original was made, and how much of it nested
    // templates, blocks and parentheses may use.
    const char *stack_base;
    size_t stack_bytes;
};

// Adds what a file defines, or what a set of its own has of several: a definition replaces an
// earlier one of its name unless it is empty.
void set_add(struct template_set *set, const struct map *trees);

// NULL when there is none.
const struct template_tree *set_find(const struct template_set *set, struct span name);
const struct template_function *set_function(const struct template_set *set, struct span name);

// True when the C stack is as deep as it may get.
bool set_is_deep(const struct template_set *set);

#endif
