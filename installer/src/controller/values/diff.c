// SPDX-License-Identifier: Apache-2.0
// What differs between two trees of values.
#include <stdlib.h>

#include "controller/values.h"

enum { DEPTH_MAX = 200 };

struct diff {
    struct arena *arena;
    struct span keys[DEPTH_MAX];
    values_changes *out;
};

static void change(struct diff *d, size_t depth, const struct node *before,
                   const struct node *after)
{
    struct values_change change = {values_path_text(d->arena, d->keys, depth), before, after};

    vec_push(d->out, change);
}

static void compare(struct diff *d, size_t depth, const struct node *before,
                    const struct node *after);

static void compare_maps(struct diff *d, size_t depth, const struct node *before,
                         const struct node *after)
{
    if (before)
        NODE_FOREACH_PAIR (pair, before) {
            d->keys[depth] = pair->key;
            compare(d, depth + 1, pair->value, node_get_span(after, pair->key));
        }
    if (after)
        NODE_FOREACH_PAIR (pair, after)
            if (!node_get_span(before, pair->key)) {
                d->keys[depth] = pair->key;
                compare(d, depth + 1, NULL, pair->value);
            }
}

// A map that is on one side only is told leaf by leaf, too, unless it is empty.
static void compare(struct diff *d, size_t depth, const struct node *before,
                    const struct node *after)
{
    bool left = node_is(before, NODE_MAP), right = node_is(after, NODE_MAP);

    if (before && after && node_equal(before, after))
        return;
    if (depth + 1 < DEPTH_MAX && ((left && right) || (left && !after && node_len(before)) ||
                                  (right && !before && node_len(after))))
        compare_maps(d, depth, left ? before : NULL, right ? after : NULL);
    else
        change(d, depth, before, after);
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct values_change *)left)->path,
                  ((const struct values_change *)right)->path);
}

void values_diff(struct arena *a, const struct node *before, const struct node *after,
                 values_changes *out)
{
    struct diff d = {.arena = a, .out = out};
    size_t first = out->len;

    compare(&d, 0, before, after);
    if (out->len > first)
        qsort(out->items + first, out->len - first, sizeof(*out->items), by_path);
}
