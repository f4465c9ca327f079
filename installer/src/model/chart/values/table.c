// SPDX-License-Identifier: Apache-2.0
// Maps of a tree while they are changed.
#include "model/chart/values/table.h"

#include <string.h>

#define LARGE 16 // pairs from which on hashing is worth it

static void put_place(struct table *t, struct span key, size_t place)
{
    (void)map_put(&t->places, key, (void *)(uintptr_t)(place + 1));
}

static void hash_keys(struct table *t)
{
    for (size_t i = 0; i < t->known; i++)
        put_place(t, t->map->map.pairs[i].key, i);
}

struct table table_open(struct doc *d, struct node *map)
{
    return (struct table){.d = d, .map = map, .known = map->map.len};
}

static size_t search(struct table *t, struct span key)
{
    size_t i = 0;

    if (t->known >= LARGE) {
        if (!map_len(&t->places))
            hash_keys(t);
        i = (uintptr_t)map_get(&t->places, key);
        return i ? i - 1 : t->known;
    }
    while (i < t->known && !span_eq(t->map->map.pairs[i].key, key))
        i++;
    return i;
}

// Maps that are laid over each other mostly have the same keys in the same order.
static struct pair *find(struct table *t, struct span key)
{
    size_t at = t->next;

    if (at >= t->known || !span_eq(t->map->map.pairs[at].key, key))
        at = search(t, key);
    if (at == t->known)
        return NULL;
    t->next = at + 1;
    return &t->map->map.pairs[at];
}

struct node *table_get(struct table *t, struct span key)
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
    t->known++;
    if (map_len(&t->places))
        put_place(t, t->map->map.pairs[t->map->map.len - 1].key, t->map->map.len - 1);
}

void table_append(struct table *t, struct span key, struct node *value)
{
    struct node *map = t->map;

    if (map->map.len == map->map.cap) {
        uint32_t cap = map->map.len + (uint32_t)(t->more ? t->more : 1 + map->map.len);
        struct pair *pairs = arena_array(doc_arena(t->d), cap, sizeof(*pairs));

        if (map->map.len)
            memcpy(pairs, map->map.pairs, map->map.len * sizeof(*pairs));
        map->map.pairs = pairs;
        map->map.cap = cap;
    }
    map->map.pairs[map->map.len++] = (struct pair){key, value, value->line};
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
