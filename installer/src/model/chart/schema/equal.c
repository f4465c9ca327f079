// SPDX-License-Identifier: Apache-2.0
// Values compared, and found again by their hash.
#include "model/chart/schema/equal.h"

#include "base/hash.h"
#include "base/mem.h"
#include "model/chart/schema/number.h"

static bool is_number(const struct node *n)
{
    return n->type == NODE_INT || n->type == NODE_FLOAT;
}

static bool maps_are_equal(const struct node *a, const struct node *b)
{
    if (node_len(a) != node_len(b))
        return false;
    NODE_FOREACH_PAIR (it, a) {
        const struct node *other = node_get_span(b, it->key);

        if (!other || !schema_equal(it->value, other))
            return false;
    }
    return true;
}

bool schema_equal(const struct node *a, const struct node *b)
{
    if (is_number(a) && is_number(b))
        return schema_number_cmp(a, b) == 0;
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case NODE_MAP: return maps_are_equal(a, b);
    case NODE_SEQ:
        if (node_len(a) != node_len(b))
            return false;
        for (size_t i = 0; i < node_len(a); i++) {
            if (!schema_equal(node_item(a, i), node_item(b, i)))
                return false;
        }
        return true;
    default: return span_eq(node_scalar(a), node_scalar(b));
    }
}

// Equal for equal values, whatever the order of keys is.
static uint64_t hash_of(const struct node *n)
{
    uint64_t hash = n->type * UINT64_C(0x9e3779b97f4a7c15);

    if (is_number(n))
        return schema_number_hash(n);
    if (n->type == NODE_MAP) {
        NODE_FOREACH_PAIR (it, n) {
            hash += hash_span(it->key) ^ (hash_of(it->value) * 31);
        }
        return hash;
    }
    if (n->type != NODE_SEQ)
        return hash ^ hash_span(node_scalar(n));
    for (size_t i = 0; i < node_len(n); i++)
        hash = hash * 31 + hash_of(node_item(n, i));
    return hash;
}

bool schema_find_duplicates(const struct node *list, size_t *first, size_t *second)
{
    size_t len = node_len(list), count = 16;
    uint64_t *hashes CLEANUP(mem_cleanup) = mem_zalloc(len, sizeof(*hashes));
    uint32_t *slots CLEANUP(mem_cleanup) = NULL;

    while (count < len * 2)
        count *= 2;
    slots = mem_zalloc(count, sizeof(*slots));
    for (size_t i = 0; i < len; i++) {
        size_t at;

        hashes[i] = hash_of(node_item(list, i));
        for (at = hashes[i] & (count - 1); slots[at]; at = (at + 1) & (count - 1)) {
            size_t other = slots[at] - 1;

            if (hashes[other] == hashes[i] &&
                schema_equal(node_item(list, other), node_item(list, i))) {
                *first = other;
                *second = i;
                return true;
            }
        }
        slots[at] = (uint32_t)i + 1;
    }
    return false;
}
