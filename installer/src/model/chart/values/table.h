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
    struct map places; // of the keys, one more than the index; of a large map that was searched
    size_t next;       // the pair after the last one that was found
    size_t known;      // pairs that are found: those after them came by table_append()
    size_t more;       // how many table_append() may add, for who knows that
    size_t removed;    // pairs without a value, until table_close()
};

// `map` must not be changed by others until table_close(), a CLEANUP.
struct table table_open(struct doc *d, struct node *map);
struct node *table_get(struct table *t, struct span key); // NULL when it is not there
void table_set(struct table *t, struct span key, struct node *value);
// Adds a key of the doc that is not there and that nobody asks for until table_close(). No
// table_set() after it.
void table_append(struct table *t, struct span key, struct node *value);
void table_remove(struct table *t, struct span key);
void table_close(struct table *t);

// The pairs that are there, as NODE_FOREACH_PAIR has them.
#define TABLE_FOREACH(it, t)                                                                       \
    NODE_FOREACH_PAIR (it, (t)->map)                                                               \
        if (it->value)

#endif
