// SPDX-License-Identifier: Apache-2.0
// A map of a tree while it is changed: keys of large ones are found by their hash, and what goes
// leaves no work behind.
#ifndef MODEL_CHART_TABLE_H
#define MODEL_CHART_TABLE_H

#include "base/map.h"
#include "io/doc.h"

struct table {
    struct doc *d;
    struct node *map;
    struct map places; // of the keys, one more than the index; only of a large map
    size_t removed;    // pairs without a value, until table_close()
};

// `map` must not be changed by others until table_close(), a CLEANUP.
struct table table_open(struct doc *d, struct node *map);
struct node *table_get(const struct table *t, struct span key); // NULL when it is not there
void table_set(struct table *t, struct span key, struct node *value);
void table_remove(struct table *t, struct span key);
void table_close(struct table *t);

// The pairs that are there, as NODE_FOREACH_PAIR has them.
#define TABLE_FOREACH(it, t)                                                                       \
    NODE_FOREACH_PAIR (it, (t)->map)                                                               \
        if (it->value)

#endif
