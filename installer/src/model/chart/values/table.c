// SPDX-License-Identifier: Apache-2.0
// Maps of a tree while they are changed.
#include "model/chart/values/table.h"

#define LARGE 16 // pairs from which on hashing is worth it

static void put_place(struct table *t, struct span key, size_t place)
{
    (void)map_put(&t->places, key, (void *)(uintptr_t)(place + 1));
}

static void hash_keys(struct table *t)
{
    for (size_t i = 0; i < t->map->map.len; i++)
        put_place(t, t->map->map.pairs[i].key, i);
}

struct table table_open(struct doc *d, struct node *map)
{
    struct table t = {.d = d, .map = map};

    if (map->map.len >= LARGE)
        hash_keys(&t);
    return t;
}

static struct pair *find(const struct table *t, struct span key)
{
    size_t place;

    if (!map_len(&t->places)) {
        NODE_FOREACH_PAIR (pair, t->map)
            if (span_eq(pair->key, key))
                return pair;
        return NULL;
    }
    place = (uintptr_t)map_get(&t->places, key);
    return place ? &t->map->map.pairs[place - 1] : NULL;
}

struct node *table_get(const struct table *t, struct span key)
{
    struct pair *pair = find(t, key);

    return pair ? pair->value : NULL;
}

void table_set(struct table *t, struct span key, struct node *value)
{
    struct pair *pair = find(t, key);

    if (pair) {
        t->removed -= !pair->value;
        pair->value = value;
        return;
    }
    node_append(t->d, t->map, key, value);
    if (map_len(&t->places))
        put_place(t, t->map->map.pairs[t->map->map.len - 1].key, t->map->map.len - 1);
    else if (t->map->map.len == LARGE)
        hash_keys(t);
}

void table_remove(struct table *t, struct span key)
{
    struct pair *pair = find(t, key);

    if (!pair || !pair->value)
        return;
    pair->value = NULL;
    t->removed++;
}

void table_close(struct table *t)
{
    uint32_t kept = 0;

    map_free(&t->places);
    if (!t->removed)
        return;
    NODE_FOREACH_PAIR (pair, t->map)
        if (pair->value)
            t->map->map.pairs[kept++] = *pair;
    t->map->map.len = kept;
    t->removed = 0;
}
