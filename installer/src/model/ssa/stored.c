// SPDX-License-Identifier: Apache-2.0
// Comparing single values with what is stored of them.
#include "model/ssa/stored.h"

#include "base/buf.h"
#include "base/span.h"
#include "model/ssa/quantity.h"

static bool same_quantity(const struct stored_kind *k, const struct field *field,
                          const struct node *wanted, const struct node *live)
{
    char stored[QUANTITY_TEXT_BYTES];

    return k->builtin && node_is(live, NODE_STRING) && builtin_is_quantity(k->name, field) &&
           quantity_stored(node_scalar(wanted), stored) && span_is(node_text(live), stored);
}

bool stored_drops(const struct stored_kind *k, const struct field *field, const struct node *wanted)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *dropped = k->builtin ? builtin_dropped(k->name, field) : NULL;

    if (!dropped)
        return k->builtin && node_is(wanted, NODE_NULL);
    doc_write_json(wanted, false, &text);
    return node_is(wanted, NODE_NULL) || span_is(buf_span(&text), dropped);
}

// What is there is not wanted: the server put it in.
static bool is_default(const struct stored_kind *k, const struct field *field,
                       const struct node *live)
{
    const char *value;

    if (!k->builtin)
        return false;
    if (node_is(live, NODE_MAP)) {
        NODE_FOREACH_PAIR (pair, live)
            if (!is_default(k, &(struct field){field, pair->key}, pair->value))
                return false;
        return node_len(live) > 0;
    }
    value = builtin_default(k->name, field);
    return node_is(live, NODE_NULL) || (value && span_is(node_scalar(live), value));
}

static bool same_map(const struct stored_kind *k, const struct field *field,
                     const struct node *wanted, const struct node *live)
{
    NODE_FOREACH_PAIR (pair, wanted)
        if (!stored_same(k, &(struct field){field, pair->key}, pair->value,
                         node_get_span(live, pair->key)))
            return false;
    NODE_FOREACH_PAIR (pair, live)
        if (!node_get_span(wanted, pair->key) &&
            !is_default(k, &(struct field){field, pair->key}, pair->value))
            return false;
    return true;
}

static bool same_list(const struct stored_kind *k, const struct field *field,
                      const struct node *wanted, const struct node *live)
{
    if (node_len(wanted) != node_len(live))
        return false;
    for (size_t i = 0; i < node_len(wanted); i++)
        if (!stored_same(k, &(struct field){field, SPAN_EMPTY}, node_item(wanted, i),
                         node_item(live, i)))
            return false;
    return true;
}

bool stored_same(const struct stored_kind *k, const struct field *field, const struct node *wanted,
                 const struct node *live)
{
    if (!live || node_is(live, NODE_NULL))
        return stored_drops(k, field, wanted) || (live && node_is(wanted, NODE_NULL));
    if (node_is(wanted, NODE_MAP) && node_is(live, NODE_MAP))
        return same_map(k, field, wanted, live);
    if (node_is(wanted, NODE_SEQ) && node_is(live, NODE_SEQ))
        return same_list(k, field, wanted, live);
    return node_equal(wanted, live) || same_quantity(k, field, wanted, live);
}
