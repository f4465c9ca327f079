// SPDX-License-Identifier: Apache-2.0
// The hash map: open addressing over an array of entries in insertion order. Few entries are
// compared one after the other, which is cheaper than a hash.
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define SMALL_MAX 8 // entries without slots

// The slot that holds `key`, or the free slot where it would go.
static size_t slot_of(const struct map *m, struct span key, uint64_t hash)
{
    size_t mask = m->slot_count - 1;
    size_t at = hash & mask;

    while (m->slots[at]) {
        const struct map_entry *e = &m->entries.items[m->slots[at] - 1];

        if (e->hash == hash && span_eq(e->key, key))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

static void grow_slots(struct map *m)
{
    bool hashed = m->slot_count != 0;
    size_t count = hashed ? m->slot_count * 4 : SMALL_MAX * 4; // few sizes, as in vec_grown()

    free(m->slots);
    m->slots = mem_zalloc(count, sizeof(*m->slots));
    m->slot_count = count;
    for (size_t i = 0; i < m->entries.len; i++) {
        struct map_entry *e = &m->entries.items[i];
        size_t at;

        if (!hashed)
            e->hash = hash_span(e->key);
        for (at = e->hash & (count - 1); m->slots[at];)
            at = (at + 1) & (count - 1);
        m->slots[at] = (uint32_t)i + 1;
    }
}

static struct map_entry *find_small(const struct map *m, struct span key)
{
    VEC_FOREACH (struct map_entry *, e, &m->entries)
        if (span_eq(e->key, key))
            return e;
    return NULL;
}

static struct map_entry *find(const struct map *m, struct span key)
{
    size_t at;

    if (!m->slot_count)
        return find_small(m, key);
    at = slot_of(m, key, hash_span(key));
    return m->slots[at] ? &m->entries.items[m->slots[at] - 1] : NULL;
}

void *map_get(const struct map *m, struct span key)
{
    const struct map_entry *e = find(m, key);

    return e ? e->value : NULL;
}

static void *replace(struct map *m, struct map_entry *e, void *value)
{
    void *old = e->value;

    m->live += !old;
    e->value = value;
    return old;
}

void *map_put(struct map *m, struct span key, void *value)
{
    struct map_entry *e = m->slot_count ? NULL : find_small(m, key);
    uint64_t hash = 0;
    size_t at = 0;

    if (e)
        return replace(m, e, value);
    if (m->entries.len >= SMALL_MAX && (m->entries.len + 1) * 4 > m->slot_count * 3)
        grow_slots(m);
    if (m->slot_count) {
        hash = hash_span(key);
        at = slot_of(m, key, hash);
        if (m->slots[at])
            return replace(m, &m->entries.items[m->slots[at] - 1], value);
        m->slots[at] = (uint32_t)m->entries.len + 1;
    }
    vec_push(&m->entries, (struct map_entry){key, value, hash});
    m->live++;
    return NULL;
}

void *map_delete(struct map *m, struct span key)
{
    struct map_entry *e = find(m, key);
    void *old = e ? e->value : NULL;

    if (!old)
        return NULL;
    e->value = NULL;
    m->live--;
    return old;
}

size_t map_len(const struct map *m)
{
    return m->live;
}

void map_free(struct map *m)
{
    vec_free(&m->entries);
    free(m->slots);
    *m = (struct map)MAP_INIT;
}
