// SPDX-License-Identifier: Apache-2.0
// What reading YAML, JSON and TOML has in common: the memory it may take, nodes with their place in
// a file, and the stacks of what is read but not complete.
#include "io/doc/reader.h"

#include <string.h>

int reader_fail(const struct reader *r, uint32_t line, const char *what)
{
    if (!r->file)
        return err_set(r->err, ERR_CONFIG, "error converting YAML to JSON: yaml: line %u: %s", line,
                       what);
    return err_set(r->err, ERR_CONFIG, "%s:%u: %s", r->file, line, what);
}

int reader_fail_as(const struct reader *r, uint32_t line, const char *what, const char *theirs)
{
    if (!r->file)
        return err_set(r->err, ERR_CONFIG, "error converting YAML to JSON: %s", theirs);
    return reader_fail(r, line, what);
}

static size_t memory_of(const struct doc *d)
{
    return arena_size(d->arena) + d->slot_count * sizeof(*d->slots);
}

void reader_start(struct reader *r, size_t len, size_t ratio)
{
    r->start = memory_of(r->d);
    r->d->room += len * ratio;
    r->room = r->d->room;
}

void reader_end(struct reader *r)
{
    size_t taken = memory_of(r->d) - r->start;

    r->d->room -= taken < r->d->room ? taken : r->d->room;
}

bool reader_has_room(const struct reader *r)
{
    return memory_of(r->d) - r->start + r->pairs.cap * sizeof(*r->pairs.items) +
               r->items.cap * sizeof(*r->items.items) <=
           r->room;
}

struct node *reader_node(const struct reader *r, enum node_type type, uint32_t line)
{
    struct node *n = doc_new_node(r->d, type);

    n->file = r->file_index;
    n->line = line;
    return n;
}

void reader_take_pairs(struct reader *r, size_t base, struct node *map)
{
    size_t len = r->pairs.len - base;

    map->map.len = map->map.cap = (uint32_t)len;
    map->map.pairs = arena_array(r->d->arena, len, sizeof(struct pair));
    if (len)
        memcpy(map->map.pairs, r->pairs.items + base, len * sizeof(struct pair));
    r->pairs.len = base;
}

void reader_take_items(struct reader *r, size_t base, struct node *seq)
{
    size_t len = r->items.len - base;

    seq->seq.len = seq->seq.cap = (uint32_t)len;
    seq->seq.items = arena_array(r->d->arena, len, sizeof(struct node *));
    if (len)
        memcpy(seq->seq.items, r->items.items + base, len * sizeof(struct node *));
    r->items.len = base;
}

const struct pair *reader_find_duplicate(struct reader *r, size_t base, uint32_t *line)
{
    uint32_t stamp = doc_new_stamp(r->d);

    for (size_t i = base; i < r->pairs.len; i++) {
        *line = doc_claim_key(r->pairs.items[i].key, stamp, r->pairs.items[i].line);
        if (*line)
            return &r->pairs.items[i];
    }
    return NULL;
}

void reader_drop_duplicates(struct reader *r, size_t base)
{
    uint32_t stamp = doc_new_stamp(r->d);
    size_t kept = r->pairs.len;

    for (size_t i = r->pairs.len; i-- > base;)
        if (!doc_claim_key(r->pairs.items[i].key, stamp, 1))
            r->pairs.items[--kept] = r->pairs.items[i];
    if (kept == base)
        return;
    memmove(r->pairs.items + base, r->pairs.items + kept,
            (r->pairs.len - kept) * sizeof(struct pair));
    r->pairs.len -= kept - base;
}

void reader_cleanup(struct reader *r)
{
    vec_free(&r->pairs);
    vec_free(&r->items);
}
