// SPDX-License-Identifier: Apache-2.0
// Lists of values.
#include <string.h>

#include "base/vec.h"
#include "io/template.h"

enum { ITEMS_SPARE = 2 };

// How much of an array that lists share is taken: the list that ends there may go on.
struct value_tail {
    size_t used, cap;
};

struct value value_new_list(struct arena *a, enum value_type type)
{
    return (struct value){.type = type, .list = ARENA_NEW(a, struct value_list)};
}

void value_push(struct arena *a, struct value_list *list, struct value item)
{
    list->is_nil = false;
    vec_push_arena(a, list, item);
}

static void copy_items(struct value *to, const struct value *from, size_t count)
{
    if (count)
        memcpy(to, from, count * sizeof(*to));
}

struct value value_extended(struct arena *a, const struct value_list *old, const struct value *more,
                            size_t count)
{
    struct value extended = value_new_list(a, VALUE_LIST);
    struct value_list *list = extended.list;

    list->len = list->cap = old->len + count;
    list->is_exact = true;
    list->items = old->items;
    list->tail = old->tail;
    if (!list->tail || list->tail->used != old->len || list->tail->cap < list->len) {
        list->tail = ARENA_NEW(a, struct value_tail);
        list->tail->cap = list->len + list->len / 2 + ITEMS_SPARE;
        list->items = arena_array(a, list->tail->cap, sizeof(*list->items));
        copy_items(list->items, old->items, old->len);
    }
    copy_items(list->items + old->len, more, count);
    list->tail->used = list->len;
    return extended;
}
