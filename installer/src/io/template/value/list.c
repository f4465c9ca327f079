// SPDX-License-Identifier: Apache-2.0
// Lists of values.
#include "base/vec.h"
#include "io/template.h"

struct value value_new_list(struct arena *a, enum value_type type)
{
    return (struct value){.type = type, .list = ARENA_NEW(a, struct value_list)};
}

void value_push(struct arena *a, struct value_list *list, struct value item)
{
    list->is_nil = false;
    vec_push_arena(a, list, item);
}
