// SPDX-License-Identifier: Apache-2.0
// A table of items by their hash. Equal values have equal hashes; of large ones only a part is
// hashed, which does not depend on the order of maps.
#include "model/chart/functions/unique.h"

#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"

enum { HASH_BUDGET = 256 }; // about so many values of one item are looked at

static uint64_t hash_of(const struct value *v, size_t budget);

static uint64_t mixed(uint64_t a, uint64_t b)
{
    const uint64_t both[2] = {a, b};

    return hash_span(span_of(both, sizeof(both)));
}

static uint64_t hash_list(const struct value *v, size_t budget)
{
    size_t len = v->list->len;
    uint64_t hash = len;

    for (size_t i = 0; len < budget && i < len; i++)
        hash = mixed(hash, hash_of(&v->list->items[i], (budget - len) / len));
    return hash;
}

static uint64_t hash_map(const struct value *v, size_t budget)
{
    size_t len = value_map_len(v->map);
    uint64_t hash = len;
    struct value_pair pair;

    for (size_t at = 0; len < budget && value_map_next(v->map, &at, &pair);)
        hash += mixed(hash_span(pair.key), hash_of(&pair.item, (budget - len) / len));
    return hash;
}

static uint64_t hash_float(double f)
{
    return f == 0 ? 0 : hash_span(span_of(&f, sizeof(f)));
}

static uint64_t hash_of(const struct value *v, size_t budget)
{
    switch (v->type) {
    case VALUE_NIL:
    case VALUE_OBJECT: return v->type;
    case VALUE_BOOL: return mixed(v->type, v->b);
    case VALUE_UINT64: return mixed(v->type, v->u);
    case VALUE_FLOAT64: return mixed(v->type, hash_float(v->f));
    case VALUE_STRING:
    case VALUE_BYTES: return mixed(v->type, hash_span(v->s));
    case VALUE_LIST:
    case VALUE_STRINGS:
    case VALUE_INTS:
    case VALUE_LISTS:
    case VALUE_MAPS: return mixed(v->type, hash_list(v, budget));
    case VALUE_MAP:
    case VALUE_STRING_MAP: return mixed(v->type, hash_map(v, budget));
    default: return mixed(v->type, (uint64_t)v->i);
    }
}

struct slot {
    const struct value *item; // NULL: free
    uint64_t hash;
};

// Whether the item is new; then it is in the table.
static bool enter(struct slot *slots, size_t mask, const struct value *item, uint64_t *steps)
{
    uint64_t hash = hash_of(item, HASH_BUDGET);
    size_t at = hash & mask;

    while (slots[at].item) {
        if (slots[at].hash == hash && value_deep_equal_counted(slots[at].item, item, steps))
            return false;
        at = (at + 1) & mask;
        ++*steps;
    }
    slots[at] = (struct slot){item, hash};
    return true;
}

int unique_items(const struct template_call *call, const struct value_list *items,
                 struct value_list *unique, struct err **err)
{
    enum { STEPS_PER_ITEM = 8 };
    size_t count = 4;
    struct slot *slots CLEANUP(mem_cleanup) = NULL;

    while (count < items->len * 2)
        count *= 2;
    slots = mem_zalloc(count, sizeof(*slots));
    for (size_t i = 0; i < items->len; i++) {
        uint64_t steps = STEPS_PER_ITEM;

        if (enter(slots, count - 1, &items->items[i], &steps))
            value_push(call->arena, unique, items->items[i]);
        if (template_charge(call, steps, err) < 0)
            return -1;
    }
    return 0;
}
