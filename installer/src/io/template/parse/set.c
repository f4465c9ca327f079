// SPDX-License-Identifier: Apache-2.0
// Lookups in a set, and how deep the C stack may get.
#include "io/template/parse/set.h"

#include <stdlib.h>

#include "base/mem.h"

struct function_table *set_functions_new(size_t count)
{
    struct function_table *table = MEM_NEW(struct function_table);

    for (table->slot_count = 1; table->slot_count < count * 4;)
        table->slot_count *= 2;
    table->slots = mem_zalloc(table->slot_count, sizeof(*table->slots));
    return table;
}

void set_functions_free(struct function_table *table)
{
    vec_free(&table->items);
    free(table->slots);
    free(table);
}

// The slot of a name, or the free one where it would go.
static uint16_t *slot_of(const struct function_table *table, struct span name)
{
    const unsigned char *bytes = (const unsigned char *)name.ptr;
    size_t at = name.len ? name.len * 17u + bytes[0] * 7u + bytes[name.len / 2] * 31u +
                               bytes[name.len - 1] * 127u
                         : 0;

    for (;; at++) {
        uint16_t *slot = &table->slots[at & (table->slot_count - 1)];

        if (!*slot || span_is(name, table->items.items[*slot - 1]->name))
            return slot;
    }
}

void set_functions_add(struct function_table *table, const struct template_function *function)
{
    uint16_t *slot = slot_of(table, span_str(function->name));

    if (*slot) {
        table->items.items[*slot - 1] = function;
        return;
    }
    vec_push(&table->items, function);
    *slot = (uint16_t)table->items.len;
}

void set_add(struct template_set *set, const struct map *trees)
{
    MAP_FOREACH (e, trees) {
        const struct template_tree *tree = e->value;

        if (!tree->is_empty || !set_find(set, e->key))
            map_put(&set->templates, e->key, e->value);
    }
}

const struct template_tree *set_find(const struct template_set *set, struct span name)
{
    for (; set; set = set->original) {
        const struct template_tree *tree = map_get(&set->templates, name);

        if (tree)
            return tree;
    }
    return NULL;
}

const struct template_function *set_function(const struct template_set *set, struct span name)
{
    uint16_t slot = *slot_of(set->functions, name);

    return slot ? set->functions->items.items[slot - 1] : NULL;
}

bool set_is_deep(const struct template_set *set)
{
    const char *here = __builtin_frame_address(0);

    return here < set->stack_base && (size_t)(set->stack_base - here) > set->stack_bytes;
}
