// SPDX-License-Identifier: Apache-2.0
// Lookups in a set, and how deep the C stack may get.
#include "io/template/parse/set.h"

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
    return map_get(set->functions, name);
}

bool set_is_deep(const struct template_set *set)
{
    const char *here = __builtin_frame_address(0);

    return here < set->stack_base && (size_t)(set->stack_base - here) > set->stack_bytes;
}
