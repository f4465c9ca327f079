// SPDX-License-Identifier: Apache-2.0
// Maps of values: an array of entries in no order, with a table of slots beside it once there are
// more than a few. Most maps of a chart are small, and comparing a few keys is cheaper than a hash.
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "io/template/value/map.h"

enum {
    ENTRIES_FIRST = 4,
    SMALL_MAX = 16, // entries without slots
};

struct entry {
    struct span key;
    struct value item;
    uint64_t hash; // only with slots
};

struct value_map {
    struct entry *entries;
    uint32_t *slots; // index + 1 into entries, 0 for free; linear probing
    uint32_t len, cap;
    uint32_t slot_count; // a power of two, or 0
    bool is_nil;
    // Entries and slots are those of a map that never changes, until somebody asks for more than a
    // scalar: then it gets its own here (value_lend).
    struct arena *borrows;
};

struct value value_new_map(struct arena *a, enum value_type type)
{
    return (struct value){.type = type, .map = ARENA_NEW(a, struct value_map)};
}

static void copy_entries(struct arena *a, struct value_map *m)
{
    const struct entry *entries = m->entries;
    const uint32_t *slots = m->slots;

    m->cap = m->len;
    m->entries = arena_array(a, m->len, sizeof(*m->entries));
    if (m->len)
        memcpy(m->entries, entries, m->len * sizeof(*entries));
    if (!m->slot_count)
        return;
    m->slots = arena_aligned(a, m->slot_count * sizeof(*slots), sizeof(*slots));
    memcpy(m->slots, slots, m->slot_count * sizeof(*slots));
}

struct value_map *map_copy(struct arena *a, const struct value_map *map)
{
    struct value_map *copy = ARENA_NEW(a, struct value_map);

    *copy = *map;
    if (!map->borrows)
        copy_entries(a, copy);
    return copy;
}

struct value *map_item(struct value_map *map, size_t i)
{
    return i < map->len && !map->borrows ? &map->entries[i].item : NULL;
}

// --- what is lent ---

static struct value lend_list(struct arena *a, const struct value *v)
{
    struct value_list *list = ARENA_NEW(a, struct value_list);

    *list = *v->list;
    list->tail = NULL;
    list->known = 0;
    list->cap = list->len;
    list->items = arena_array(a, list->len, sizeof(*list->items));
    for (size_t i = 0; i < list->len; i++)
        list->items[i] = value_lend(a, &v->list->items[i]);
    return (struct value){.type = v->type, .list = list};
}

struct value value_lend(struct arena *a, const struct value *v)
{
    struct value_map *map;

    if (value_is_list(v))
        return lend_list(a, v);
    if (!value_is_map(v))
        return *v;
    map = ARENA_NEW(a, struct value_map);
    *map = *v->map;
    map->borrows = a;
    return (struct value){.type = v->type, .map = map};
}

static bool is_container(const struct value *v)
{
    return value_is_list(v) || value_is_map(v);
}

// Gives a map its own entries, whose lists and maps are lent in turn. Nobody sees a difference.
static void own(const struct value_map *map)
{
    struct value_map *m = (struct value_map *)(uintptr_t)map;
    struct arena *a = m->borrows;

    if (!a)
        return;
    m->borrows = NULL;
    copy_entries(a, m);
    for (size_t i = 0; i < m->len; i++) {
        if (is_container(&m->entries[i].item))
            m->entries[i].item = value_lend(a, &m->entries[i].item);
    }
}

// --- making maps ---

// Where no bytes are; those that are empty are elsewhere.
static const char nil_bytes[1];

bool value_is_nil_bytes(const struct value *v)
{
    return v->type == VALUE_BYTES && v->s.ptr == nil_bytes;
}

struct value value_new_nil(struct arena *a, enum value_type type)
{
    struct value v;

    if (type == VALUE_BYTES)
        return (struct value){.type = type, .s = {nil_bytes, 0}};
    if (type == VALUE_MAP || type == VALUE_STRING_MAP) {
        v = value_new_map(a, type);
        v.map->is_nil = true;
    } else {
        v = value_new_list(a, type);
        v.list->is_nil = true;
    }
    return v;
}

// The slot that holds `key`, or the free one where it would go.
static size_t slot_of(const struct value_map *m, struct span key, uint64_t hash)
{
    size_t mask = m->slot_count - 1;
    size_t at = hash & mask;

    while (m->slots[at]) {
        const struct entry *e = &m->entries[m->slots[at] - 1];

        if (e->hash == hash && span_eq(e->key, key))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

static struct entry *find(const struct value_map *m, struct span key)
{
    size_t at;

    if (!m->slot_count) {
        for (size_t i = 0; i < m->len; i++) {
            if (span_eq(m->entries[i].key, key))
                return &m->entries[i];
        }
        return NULL;
    }
    at = slot_of(m, key, hash_span(key));
    return m->slots[at] ? &m->entries[m->slots[at] - 1] : NULL;
}

void value_reserve(struct arena *a, struct value_map *map, size_t count)
{
    if (count <= map->cap || map->len || count > UINT32_MAX)
        return;
    map->cap = (uint32_t)count;
    map->entries = arena_array(a, count, sizeof(*map->entries));
}

static void grow_entries(struct arena *a, struct value_map *m)
{
    uint32_t cap = m->cap ? m->cap * 2 : ENTRIES_FIRST;
    struct entry *entries = arena_array(a, cap, sizeof(*entries));

    if (m->len)
        memcpy(entries, m->entries, m->len * sizeof(*entries));
    m->entries = entries;
    m->cap = cap;
}

static void grow_slots(struct arena *a, struct value_map *m)
{
    uint32_t count = m->slot_count ? m->slot_count * 2 : SMALL_MAX * 2;
    bool hashed = m->slot_count != 0;

    m->slots = arena_array(a, count, sizeof(*m->slots));
    m->slot_count = count;
    for (size_t i = 0; i < m->len; i++) {
        size_t at;

        if (!hashed)
            m->entries[i].hash = hash_span(m->entries[i].key);
        for (at = m->entries[i].hash & (count - 1); m->slots[at];)
            at = (at + 1) & (count - 1);
        m->slots[at] = (uint32_t)i + 1;
    }
}

bool value_get(const struct value_map *map, struct span key, struct value *out)
{
    const struct entry *e = find(map, key);

    if (e && map->borrows && is_container(&e->item)) {
        own(map);
        e = find(map, key);
    }
    if (e)
        *out = e->item;
    return e != NULL;
}

void value_set_borrowed(struct arena *a, struct value_map *map, struct span key, struct value item)
{
    struct entry *e;
    uint64_t hash = 0;

    own(map);
    e = find(map, key);
    if (e) {
        e->item = item;
        return;
    }
    map->is_nil = false;
    if (map->len == map->cap)
        grow_entries(a, map);
    if (map->len >= SMALL_MAX && ((size_t)map->len + 1) * 4 > (size_t)map->slot_count * 3)
        grow_slots(a, map);
    if (map->slot_count) {
        hash = hash_span(key);
        map->slots[slot_of(map, key, hash)] = map->len + 1;
    }
    map->entries[map->len++] = (struct entry){key, item, hash};
}

void value_set(struct arena *a, struct value_map *map, struct span key, struct value item)
{
    struct entry *e;

    own(map);
    e = find(map, key);
    if (e)
        e->item = item;
    else
        value_set_borrowed(a, map, arena_span(a, key), item);
}

// Frees a slot, and moves those behind it that are not where they belong towards it.
static void free_slot(struct value_map *m, size_t at)
{
    size_t mask = m->slot_count - 1;

    for (size_t next = (at + 1) & mask; m->slots[next]; next = (next + 1) & mask) {
        size_t home = m->entries[m->slots[next] - 1].hash & mask;

        if (((next - home) & mask) >= ((next - at) & mask)) {
            m->slots[at] = m->slots[next];
            at = next;
        }
    }
    m->slots[at] = 0;
}

bool value_unset(struct value_map *map, struct span key)
{
    struct entry *e;
    const struct entry *last;

    own(map);
    e = find(map, key);
    if (!e)
        return false;
    last = &map->entries[map->len - 1];
    if (map->slot_count) {
        free_slot(map, slot_of(map, e->key, e->hash));
        if (e != last)
            map->slots[slot_of(map, last->key, last->hash)] = (uint32_t)(e - map->entries) + 1;
    }
    *e = *last;
    map->len--;
    return true;
}

size_t value_map_len(const struct value_map *map)
{
    return map->len;
}

bool value_map_is_nil(const struct value_map *map)
{
    return map->is_nil;
}

static int by_key(const void *left, const void *right)
{
    return span_cmp(((const struct value_pair *)left)->key,
                    ((const struct value_pair *)right)->key);
}

struct value_pair *value_map_sorted(struct arena *a, const struct value_map *map)
{
    struct value_pair *pairs = arena_array(a, map->len, sizeof(*pairs));

    own(map);
    for (size_t i = 0; i < map->len; i++)
        pairs[i] = (struct value_pair){map->entries[i].key, map->entries[i].item};
    qsort(pairs, map->len, sizeof(*pairs), by_key);
    return pairs;
}

bool value_map_next(const struct value_map *map, size_t *at, struct value_pair *pair)
{
    if (*at >= map->len)
        return false;
    own(map);
    *pair = (struct value_pair){map->entries[*at].key, map->entries[*at].item};
    ++*at;
    return true;
}
