// SPDX-License-Identifier: Apache-2.0
// What the objects of Flux in a tree wait for, as the tree alone tells: their sources, and what
// spec.dependsOn names.
#ifndef WORK_LAYERS_TREE_DEPENDS_H
#define WORK_LAYERS_TREE_DEPENDS_H

#include "base/arena.h"
#include "base/identity.h"
#include "base/map.h"
#include "base/vec.h"
#include "work/layers.h"

struct dependent;

struct dependency {
    struct identity on;
    const struct dependent *to; // NULL: the tree does not have it
    const struct node *place;   // where the tree says so
    bool is_source;
    bool has_expression; // so it may hold before the other one is ready
};

// An object of the tree. Most wait for nothing.
struct dependent {
    const struct node *object;
    struct identity id;
    const struct layer *layer;
    size_t layer_index;
    VEC(struct dependency) on;
    size_t order; // its place in `sorted`
};

struct depends {
    struct arena *arena;
    struct map by_key;              // all objects: struct dependent
    VEC(struct dependent *) items;  // those of Flux, in tree order
    VEC(struct dependent *) sorted; // of these, what comes after all that it waits for
};

// Of all layers. In `arena`.
void depends_build(struct depends *d, struct arena *arena, const struct layers *layers);
void depends_free(struct depends *d); // also a CLEANUP

// ERR_CONFIG, with "<file>:<line>: " of `doc`, which owns the tree: objects that wait for each
// other, or one of the layers 0 to `last` for one of a layer after its own.
int depends_check_order(const struct depends *d, size_t last, const struct doc *doc,
                        struct err **err) MUST_CHECK;

// Whether something in the tree might make what a dependency names: a release, a Kustomization or a
// generator that is there by then and does not wait for it.
bool depends_may_be_made(const struct depends *d, const struct dependent *by,
                         const struct dependency *missing);

// ERR_CONFIG: nobody has or makes it.
int depends_fail_missing(const struct dependent *by, const struct dependency *missing,
                         const struct doc *doc, struct err **err);

#endif
