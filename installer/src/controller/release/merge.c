// SPDX-License-Identifier: Apache-2.0
// Maps of values over each other (fluxcd/pkg/chartutil 1.27, MergeMaps).
#include "controller/release/internal.h"

static struct pair *find(const struct node *map, struct span key)
{
    NODE_FOREACH_PAIR (pair, map)
        if (span_eq(pair->key, key))
            return pair;
    return NULL;
}

static void put(struct doc *d, struct node *map, const struct pair *from, struct node *value)
{
    struct pair *has = find(map, from->key);

    if (!has) {
        node_append(d, map, from->key, value);
        has = &map->map.pairs[map->map.len - 1];
    }
    has->value = value;
    has->line = from->line;
}

struct node *release_merge(struct doc *d, const struct node *a, const struct node *b)
{
    struct node *out = node_new_map(d);

    out->file = a->file;
    out->line = a->line;
    NODE_FOREACH_PAIR (pair, a)
        put(d, out, pair, pair->value);
    NODE_FOREACH_PAIR (pair, b) {
        const struct pair *has = find(out, pair->key);
        bool both = node_is(pair->value, NODE_MAP) && has && node_is(has->value, NODE_MAP);

        put(d, out, pair, both ? release_merge(d, has->value, pair->value) : pair->value);
    }
    return out;
}
