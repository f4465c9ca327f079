// SPDX-License-Identifier: Apache-2.0
// A hash map from byte strings to pointers that remembers insertion order. Keys and values are
// borrowed: they must outlive the map.
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/vec.h"

struct map_entry {
    struct span key;
    void *value;   // NULL once deleted
    uint64_t hash; // only with slots
};

struct map {
    VEC(struct map_entry) entries; // in insertion order
    uint32_t *slots;               // index + 1 into entries, 0 for free; NULL: there are only a few
    size_t slot_count;
    size_t live;
};

#define MAP_INIT                                                                                   \
    {                                                                                              \
        0                                                                                          \
    }

// NULL when the key is not there.
void *map_get(const struct map *m, struct span key);

// Sets `value` (not NULL) for `key`; returns the value it replaces or NULL.
void *map_put(struct map *m, struct span key, void *value);

// Forgets `key`; returns its value or NULL.
void *map_delete(struct map *m, struct span key);

// The number of keys.
size_t map_len(const struct map *m);

// MAP_FOREACH (e, &map) { use e->key, e->value; }  in insertion order, deleted ones skipped.
#define MAP_FOREACH(e, m)                                                                          \
    VEC_FOREACH (const struct map_entry *, e, &(m)->entries)                                       \
        if (e->value)

// Also a CLEANUP for variables of type `struct map`.
void map_free(struct map *m);

#endif
