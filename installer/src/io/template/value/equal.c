// SPDX-License-Identifier: Apache-2.0
// reflect.DeepEqual. Values may hold themselves and may hold another one twice at each level: each
// pair of containers is compared once, and a list of what is still to be compared stands in for
// recursion.
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "io/template.h"

enum { PAIRS_UNNOTED = 64 }; // so many containers are compared before any is remembered

struct two {
    struct value left, right;
};

struct comparison {
    VEC(struct two) pending;
    size_t compared;
    struct map seen; // by the addresses of both containers
    struct arena *keys;
};

static const void *container(const struct value *v)
{
    return value_is_list(v) ? (const void *)v->list : (const void *)v->map;
}

// True when this pair of containers was compared, or will be, already.
static bool is_seen(struct comparison *c, const struct value *left, const struct value *right)
{
    const void *both[2] = {container(left), container(right)};
    struct span key = span_of(both, sizeof(both));

    if (c->compared++ < PAIRS_UNNOTED)
        return false;
    if (map_get(&c->seen, key))
        return true;
    if (!c->keys)
        c->keys = arena_new();
    map_put(&c->seen, arena_span(c->keys, key), c);
    return false;
}

static bool lists_are_equal(struct comparison *c, const struct value *left,
                            const struct value *right)
{
    if (left->list->len != right->list->len || left->list->is_nil != right->list->is_nil)
        return false;
    for (size_t i = 0; i < left->list->len; i++)
        vec_push(&c->pending, (struct two){left->list->items[i], right->list->items[i]});
    return true;
}

static bool maps_are_equal(struct comparison *c, const struct value *left,
                           const struct value *right)
{
    struct value_pair pair;
    struct value other;

    if (value_map_len(left->map) != value_map_len(right->map) ||
        value_map_is_nil(left->map) != value_map_is_nil(right->map))
        return false;
    for (size_t at = 0; value_map_next(left->map, &at, &pair);) {
        if (!value_get(right->map, pair.key, &other))
            return false;
        vec_push(&c->pending, (struct two){pair.item, other});
    }
    return true;
}

static bool objects_are_equal(const struct value *left, const struct value *right)
{
    const struct value_class *class = left->object.class;

    if (class != right->object.class)
        return false;
    return left->object.data == right->object.data ||
           (class->equal && class->equal(left->object.data, right->object.data));
}

static bool are_equal(struct comparison *c, const struct value *left, const struct value *right)
{
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case VALUE_NIL: return true;
    case VALUE_BOOL: return left->b == right->b;
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32:
    case VALUE_UINT8: return left->i == right->i;
    case VALUE_UINT64: return left->u == right->u;
    case VALUE_FLOAT64: return left->f == right->f;
    case VALUE_STRING:
    case VALUE_BYTES: return span_eq(left->s, right->s);
    case VALUE_LIST:
    case VALUE_STRINGS:
    case VALUE_INTS:
    case VALUE_LISTS:
    case VALUE_MAPS:
        return left->list == right->list || is_seen(c, left, right) ||
               lists_are_equal(c, left, right);
    case VALUE_MAP:
    case VALUE_STRING_MAP:
        return left->map == right->map || is_seen(c, left, right) || maps_are_equal(c, left, right);
    case VALUE_OBJECT: return objects_are_equal(left, right);
    }
    return false;
}

bool value_deep_equal(const struct value *a, const struct value *b)
{
    uint64_t steps = 0;

    return value_deep_equal_counted(a, b, &steps);
}

bool value_deep_equal_counted(const struct value *a, const struct value *b, uint64_t *steps)
{
    enum { BYTES_PER_STEP = 64, STEPS_PER_PAIR = 4, STEPS_PER_CONTAINER = 10 };
    struct comparison c = {0};
    bool equal = are_equal(&c, a, b);

    while (equal && c.pending.len) {
        struct two next = c.pending.items[--c.pending.len];

        *steps += STEPS_PER_PAIR;
        if (next.left.type == VALUE_STRING)
            *steps += next.left.s.len / BYTES_PER_STEP;
        equal = are_equal(&c, &next.left, &next.right);
    }
    *steps += STEPS_PER_PAIR * c.pending.len + STEPS_PER_CONTAINER * c.compared;
    vec_free(&c.pending);
    map_free(&c.seen);
    arena_free(c.keys);
    return equal;
}
