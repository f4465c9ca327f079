// SPDX-License-Identifier: Apache-2.0
// Where an umbrella's values have those of one of its packages.
#include <ctype.h>

#include "controller/values.h"

enum { DEPTH_MAX = 8 };

struct finding_holder {
    struct arena *arena;
    struct span name;
    const struct values_path *path;
    const struct node *value;
    struct span keys[DEPTH_MAX];
    struct values_path *found;
};

// "istio-crds" and "istioCRDs" are one name.
static bool is_name(struct span key, struct span name)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < key.len && key.ptr[i] == '-')
            i++;
        while (k < name.len && name.ptr[k] == '-')
            k++;
        if (i == key.len || k == name.len)
            return i == key.len && k == name.len;
        if (tolower((unsigned char)key.ptr[i++]) != tolower((unsigned char)name.ptr[k++]))
            return false;
    }
}

static void keep(struct finding_holder *f, size_t depth)
{
    struct values_path *found = f->found;

    if (found->len && found->len <= depth + f->path->len)
        return;
    found->len = 0;
    for (size_t i = 0; i < depth; i++)
        vec_push_arena(f->arena, found, f->keys[i]);
    for (size_t i = 0; i < f->path->len; i++)
        vec_push_arena(f->arena, found, f->path->items[i]);
}

// `below`: a key above is the name.
static void find(struct finding_holder *f, const struct node *at, size_t depth, bool below)
{
    const struct node *value = below ? values_at(at, f->path->items, f->path->len) : NULL;

    if (value && node_equal(value, f->value))
        keep(f, depth);
    if (depth == DEPTH_MAX)
        return;
    NODE_FOREACH_PAIR (pair, at) {
        f->keys[depth] = pair->key;
        if (node_is(pair->value, NODE_MAP))
            find(f, pair->value, depth + 1, below || is_name(pair->key, f->name));
    }
}

bool values_find_holder(struct arena *a, const struct node *umbrella, struct span name,
                        const struct values_path *path, const struct node *value,
                        struct values_path *found)
{
    struct finding_holder f = {
        .arena = a, .name = name, .path = path, .value = value, .found = found};

    find(&f, umbrella, 0, false);
    return found->len > 0;
}
