// SPDX-License-Identifier: Apache-2.0
// The hash map: open addressing over an array of entries in insertion order.
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

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
    size_t count = m->slot_count ? m->slot_count * 2 : 16;

    free(m->slots);
    m->slots = mem_zalloc(count, sizeof(*m->slots));
    m->slot_count = count;
    for (size_t i = 0; i < m->entries.len; i++) {
        size_t at = m->entries.items[i].hash & (count - 1);

        while (m->slots[at])
            at = (at + 1) & (count - 1);
        m->slots[at] = (uint32_t)i + 1;
    }
}

void *map_get(const struct map *m, struct span key)
{
    size_t at;

    if (!m->slot_count)
        return NULL;
    at = slot_of(m, key, hash_span(key));
    return m->slots[at] ? m->entries.items[m->slots[at] - 1].value : NULL;
}

void *map_put(struct map *m, struct span key, void *value)
{
    uint64_t hash = hash_span(key);
    size_t at;
    void *old = NULL;

    if ((m->entries.len + 1) * 4 > m->slot_count * 3)
        grow_slots(m);
    at = slot_of(m, key, hash);
    if (m->slots[at]) {
        struct map_entry *e = &m->entries.items[m->slots[at] - 1];

        old = e->value;
        if (!old)
            m->live++;
        e->value = value;
        return old;
    }
    vec_push(&m->entries, (struct map_entry){key, value, hash});
    m->slots[at] = (uint32_t)m->entries.len;
    m->live++;
    return NULL;
}

void *map_delete(struct map *m, struct span key)
{
    size_t at;
    void *old;

    if (!m->slot_count)
        return NULL;
    at = slot_of(m, key, hash_span(key));
    if (!m->slots[at])
        return NULL;
    old = m->entries.items[m->slots[at] - 1].value;
    m->entries.items[m->slots[at] - 1].value = NULL;
    if (old)
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
