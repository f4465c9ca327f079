// SPDX-License-Identifier: Apache-2.0
// Deep copies. A list of what is still to be copied instead of recursion: templates can nest values
// as deep as they like.
#include <string.h>

#include "base/vec.h"
#include "io/template/value/map.h"

// A container whose copy has shallow items so far.
struct copying {
    struct arena *a;
    VEC(struct value) pending;
    size_t bytes;
};

static struct value copy_list(struct copying *c, const struct value *v)
{
    struct value copy =
        v->list->is_nil ? value_new_nil(c->a, v->type) : value_new_list(c->a, v->type);
    size_t len = v->list->len;

    if (len) {
        copy.list->items = arena_array(c->a, len, sizeof(*copy.list->items));
        memcpy(copy.list->items, v->list->items, len * sizeof(*copy.list->items));
    }
    copy.list->len = copy.list->cap = len;
    copy.list->is_exact = v->list->is_exact;
    copy.list->room = v->list->room; // all zeros there
    c->bytes += sizeof(*copy.list) + len * sizeof(*copy.list->items);
    return copy;
}

static struct value copy_map(struct copying *c, const struct value *v)
{
    c->bytes += sizeof(*v) * 2 + value_map_len(v->map) * sizeof(struct value_pair);
    return (struct value){.type = v->type, .map = map_copy(c->a, v->map)};
}

static struct value copy_one(struct copying *c, const struct value *v)
{
    const struct value_class *class = v->type == VALUE_OBJECT ? v->object.class : NULL;
    struct value copy = *v;

    if (class && class->deep)
        return class->deep(c->a, v->object.data);
    if (class && class->copied)
        copy = class->unfold(c->a, v->object.data);
    if (value_is_list(&copy))
        copy = copy_list(c, &copy);
    else if (value_is_map(&copy))
        copy = copy_map(c, &copy);
    else
        return copy;
    if (copy.type == VALUE_LIST || copy.type == VALUE_LISTS || copy.type == VALUE_MAPS ||
        copy.type == VALUE_MAP)
        vec_push(&c->pending, copy);
    return class && class->copied ? class->copied(copy.map) : copy;
}

static void copy_items(struct copying *c, const struct value *v)
{
    struct value *item;

    if (value_is_list(v)) {
        for (size_t i = 0; i < v->list->len; i++)
            v->list->items[i] = copy_one(c, &v->list->items[i]);
        return;
    }
    for (size_t i = 0; (item = map_item(v->map, i)); i++) {
        if (item->type >= VALUE_LIST)
            *item = copy_one(c, item);
    }
}

int value_copy_deep(struct arena *a, const struct value *v, struct value *out, struct err **err)
{
    struct copying c = {.a = a};

    *out = copy_one(&c, v);
    while (c.pending.len && c.bytes <= VALUE_COPY_MAX_BYTES) {
        struct value next = c.pending.items[--c.pending.len];

        copy_items(&c, &next);
    }
    vec_free(&c.pending);
    if (c.bytes > VALUE_COPY_MAX_BYTES)
        return err_set(err, ERR_CONFIG,
                       "a deep copy takes more than %zu MiB: a value holds itself, "
                       "or another one too often",
                       VALUE_COPY_MAX_BYTES >> 20);
    return 0;
}
