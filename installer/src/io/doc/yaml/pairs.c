// SPDX-License-Identifier: Apache-2.0
// Which of the pairs of a map count: keys that are there twice, and merge keys as kyaml expands
// them.
#include "io/doc/yaml/pairs.h"

#define MERGE_LIST_MAX 1024 // maps that one merge key may name

static int check_keys(struct reader *r, size_t base)
{
    uint32_t line;
    const struct pair *pair = reader_find_duplicate(r, base, &line);

    if (!pair)
        return 0;
    err_set(r->err, ERR_CONFIG, "%s:%u: the key \"%.*s\" is already set in line %u", r->file,
            pair->line, SPAN_ARG(span_head(pair->key, 200)), line);
    return err_hint(r->err, "remove one of the two");
}

// YAML 1.1: of equal keys the last one counts. A key is claimed with its place instead of a line.
static void keep_last(struct reader *r, size_t base)
{
    uint32_t stamp = doc_new_stamp(r->d);
    size_t kept = base;

    for (size_t i = base; i < r->pairs.len; i++) {
        struct pair pair = r->pairs.items[i];
        uint32_t claimed = doc_claim_key(pair.key, stamp, (uint32_t)(kept - base) + 1);

        if (claimed)
            r->pairs.items[base + claimed - 1] = pair;
        else
            r->pairs.items[kept++] = pair;
    }
    r->pairs.len = kept;
}

// Adds the pairs of `from` whose keys the map (of `stamp`, its pairs from `base` on) lacks.
static void merge_map(struct reader *r, uint32_t stamp, const struct node *from)
{
    NODE_FOREACH_PAIR (pair, from) {
        if (!doc_claim_key(pair->key, stamp, pair->line ? pair->line : 1))
            vec_push(&r->pairs, *pair);
    }
}

static int check_merge(struct reader *r, const struct node *value)
{
    bool fits =
        value->type == NODE_MAP || (value->type == NODE_SEQ && value->seq.len <= MERGE_LIST_MAX);

    for (size_t i = 0; fits && value->type == NODE_SEQ && i < value->seq.len; i++)
        fits = value->seq.items[i]->type == NODE_MAP;
    if (fits)
        return 0;
    return reader_fail_as(r, value->line, "a merge key << takes a map or a list of maps",
                          "yaml: map merge requires map or sequence of maps as the value");
}

static int merge(struct reader *r, size_t base, const struct node *value)
{
    uint32_t stamp = doc_new_stamp(r->d);

    if (check_merge(r, value) < 0)
        return -1;
    for (size_t i = base; i < r->pairs.len; i++)
        (void)doc_claim_key(r->pairs.items[i].key, stamp, 1);
    if (value->type == NODE_MAP)
        merge_map(r, stamp, value);
    NODE_FOREACH_ITEM (item, value)
        merge_map(r, stamp, item);
    return 0;
}

static void push_pairs(struct reader *r, const struct node *map)
{
    NODE_FOREACH_PAIR (pair, map)
        vec_push(&r->pairs, *pair);
}

// YAML 1.1: a merge key is as if its map's pairs stood in its place, of a list the first map last.
static int merge_in_place(struct reader *r, const struct node *value)
{
    if (check_merge(r, value) < 0)
        return -1;
    push_pairs(r, value);
    for (size_t i = value->type == NODE_SEQ ? value->seq.len : 0; i > 0; i--)
        push_pairs(r, value->seq.items[i - 1]);
    return 0;
}

int yaml_keep_pair(struct reader *r, const struct pair *pair, bool merges, struct node **merged)
{
    if (merges && r->yaml11)
        return merge_in_place(r, pair->value);
    if (merges)
        *merged = pair->value;
    else if (r->yaml11 || !span_is(pair->key, "<<")) // kyaml drops it in quotes, too
        vec_push(&r->pairs, *pair);
    return 0;
}

int yaml_finish_pairs(struct reader *r, size_t base, const struct node *merged)
{
    if (r->yaml11) {
        keep_last(r, base);
        return 0;
    }
    if (check_keys(r, base) < 0)
        return -1;
    return merged ? merge(r, base, merged) : 0;
}
