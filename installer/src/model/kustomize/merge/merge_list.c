// SPDX-License-Identifier: Apache-2.0
// Strategic merge of lists whose elements have keys. The steps are those of kyaml, also where they
// surprise (elements without keys, several keys of which some are missing), since the order of
// elements and what becomes of odd ones follows from them.
#include <string.h>

#include "base/mem.h"
#include "model/kustomize/merge/merge_int.h"

// The values of an element's keys, "" for a missing one; or the keys that go with such values.
struct tuple {
    struct span parts[SCHEMA_KEYS_MAX];
    size_t len;
};

struct tuples {
    VEC(struct tuple);
};

static bool tuple_eq(const struct tuple *a, const struct tuple *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (!span_eq(a->parts[i], b->parts[i]))
            return false;
    return true;
}

static void tuple_push(struct tuple *t, struct span part)
{
    if (t->len < SCHEMA_KEYS_MAX)
        t->parts[t->len++] = part;
}

// --- finding and setting elements ---

// Whether a field of an element has the value; any value fits "". For plain values the key is "".
static int field_matches(struct merge *m, const struct node *element, struct span key,
                         struct span value, bool *matches)
{
    const struct node *field;

    if (!key.len) {
        if (element->type == NODE_MAP || element->type == NODE_SEQ)
            return merge_fail(m, element, "an element of this list must be a plain value");
        *matches = span_eq(node_source(element), value);
        return 0;
    }
    if (element->type != NODE_MAP)
        return merge_fail(m, element, "an element of this list must be a map");
    field = node_get_span(element, key);
    *matches = field && (!value.len || span_eq(node_source(field), value));
    return 0;
}

// All keys fit. Values that are missing at the end fit whatever the last one did.
static int element_matches(struct merge *m, const struct node *element, const struct tuple *keys,
                           const struct tuple *values, bool *matches)
{
    *matches = false;
    for (size_t i = 0; i < keys->len; i++) {
        if (i < values->len &&
            field_matches(m, element, keys->parts[i], values->parts[i], matches) < 0)
            return -1;
        if (!*matches)
            return 0;
    }
    return 0;
}

// Replaces the elements that fit the values by `element`, or appends it when none does; NULL
// removes them. Empty elements go in any case, and without any values so does what does not fit.
static int list_set_element(struct merge *m, struct node *list, const struct tuple *keys,
                            const struct tuple *values, struct node *element)
{
    bool wants_map = keys->parts[0].len && values->len && values->parts[0].len;
    bool found = false;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->seq.len; i++) {
        struct node *item = list->seq.items[i];
        bool matches;

        if (merge_is_empty_map(item))
            continue;
        if (item->type != NODE_MAP && wants_map) {
            list->seq.items[kept++] = item;
            continue;
        }
        if (element_matches(m, item, keys, values, &matches) < 0)
            return -1;
        if (!matches) {
            if (values->len)
                list->seq.items[kept++] = item;
            continue;
        }
        found = true;
        if (element)
            list->seq.items[kept++] = element;
    }
    list->seq.len = kept;
    if (!found && !merge_is_null(element))
        node_push(m->d, list, element);
    return 0;
}

int merge_elide_element(struct merge *m, struct node *list, struct span key, struct span value)
{
    struct tuple keys = {{key}, 1};
    struct tuple values = {{value}, 1};

    return list_set_element(m, list, &keys, &values, NULL);
}

static struct node *find_element(const struct node *list, const struct tuple *keys,
                                 const struct tuple *values)
{
    NODE_FOREACH_ITEM (item, list) {
        bool matches = true;

        if (!keys->parts[0].len) {
            if (span_eq(node_source(item), values->parts[0]))
                return item;
            continue;
        }
        for (size_t i = 0; i < keys->len && matches; i++) {
            const struct node *field = node_get_span(item, keys->parts[i]);

            matches = field && span_eq(node_source(field), values->parts[i]);
        }
        if (matches && item->type == NODE_MAP)
            return item;
    }
    return NULL;
}

// --- which elements there are ---

static bool has_tuple(const struct tuples *all, const struct tuple *t)
{
    for (size_t i = 0; i < all->len; i++)
        if (tuple_eq(&all->items[i], t))
            return true;
    return false;
}

static void add_tuple(struct tuples *all, const struct tuple *t)
{
    if (t->len && !has_tuple(all, t))
        vec_push(all, *t);
}

static bool is_empty_value(const struct node *n)
{
    return merge_is_null(n) || ((n->type == NODE_MAP || n->type == NODE_SEQ) && node_len(n) == 0);
}

static void add_elements(struct tuples *all, const struct node *list, const struct tuple *keys)
{
    NODE_FOREACH_ITEM (item, list) {
        struct tuple values = {.len = 0};

        if (!keys->parts[0].len)
            tuple_push(&values, node_source(item));
        for (size_t i = 0; keys->parts[0].len && i < keys->len; i++) {
            const struct node *field = node_get_span(item, keys->parts[i]);

            tuple_push(&values, is_empty_value(field) ? SPAN_EMPTY : node_source(field));
        }
        add_tuple(all, &values);
    }
}

// Two tuples agree when they have a part in common and no part that contradicts; `both` gets what
// they say together.
static bool tuples_agree(const struct tuple *a, const struct tuple *b, struct tuple *both)
{
    bool common = false;

    *both = *a;
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        if (span_eq(a->parts[i], b->parts[i]))
            common = true;
        else if (a->parts[i].len && b->parts[i].len)
            return false;
        else if (!a->parts[i].len)
            both->parts[i] = b->parts[i];
    }
    return common;
}

static void complete_tuples(struct tuples *all)
{
    for (size_t i = 0; i < all->len; i++) {
        struct tuple first = all->items[i];

        for (size_t j = 0; j < all->len; j++) {
            struct tuple both;

            if (tuples_agree(&first, &all->items[j], &both)) {
                all->items[i] = both;
                all->items[j] = both;
            }
        }
    }
}

// Leaves out the keys that none of the tuples has a value for; all stay when there would be none.
static void valid_keys(const struct tuple *all, size_t count, const struct tuple *keys,
                       const struct tuple *values, struct tuple *some_keys,
                       struct tuple *some_values)
{
    bool valid[SCHEMA_KEYS_MAX] = {false};
    bool any = false;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < all[i].len; k++)
            any |= valid[k] |= all[i].parts[k].len > 0;
    some_keys->len = some_values->len = 0;
    for (size_t k = 0; k < keys->len; k++) {
        if (any && !valid[k])
            continue;
        tuple_push(some_keys, keys->parts[k]);
        tuple_push(some_values, values->parts[k]);
    }
}

// --- merging ---

static struct node *key_node(struct merge *m, struct span text)
{
    struct node *n = node_new_str(m->d, text);

    if (doc_text_needs_quotes(text))
        n->flags |= NODE_QUOTED;
    return n;
}

// Merges the elements that `values` name and puts the result into `added`, or takes them from dest.
static int merge_element(struct merge *m, struct node *dest, struct node *origin,
                         const struct schema *schema, const struct tuple *keys,
                         const struct tuple *values, struct node *added)
{
    struct tuple own_keys;
    struct tuple own_values;
    struct merged value = {0};

    valid_keys(values, 1, keys, values, &own_keys, &own_values);
    if (merge_nodes(m, find_element(dest, &own_keys, &own_values),
                    find_element(origin, &own_keys, &own_values), schema, &value) < 0)
        return -1;
    if (merge_is_empty_map(value.node))
        return list_set_element(m, dest, keys, values, NULL);
    for (size_t i = 0; value.node->type == NODE_MAP && i < keys->len; i++)
        if (values->parts[i].len && !node_get_span(value.node, keys->parts[i]))
            node_set(m->d, value.node, keys->parts[i], key_node(m, values->parts[i]));
    return list_set_element(m, added, keys, values, value.node);
}

// Puts an element of dest where `added` has it already, else at the end.
static int place_element(struct merge *m, struct node *added, struct node *element,
                         const struct tuple *keys)
{
    struct tuple values = {.len = 0};

    if (!keys->parts[0].len) {
        tuple_push(&values, node_source(element));
        return list_set_element(m, added, keys, &values, element);
    }
    if (element->type != NODE_MAP && element->type != NODE_NULL)
        return merge_fail(m, element, "an element of this list must be a map");
    for (size_t i = 0; i < keys->len; i++) {
        const struct node *field = node_get_span(element, keys->parts[i]);

        if (field)
            tuple_push(&values, node_source(field));
        else
            node_push(m->d, added, element);
    }
    if (keys->len > 1 && list_set_element(m, added, keys, &values, NULL) < 0)
        return -1;
    return list_set_element(m, added, keys, &values, element);
}

static int merge_elements(struct merge *m, struct node *dest, struct node *origin,
                          const struct schema *schema, const struct tuple *keys,
                          const struct tuples *all, struct merged *out)
{
    const struct schema *elements = schema_elements(m->schemas, schema);
    struct node *added = node_new_seq(m->d);
    struct tuple some_keys = {.len = 0};
    struct tuple some_values;

    added->file = dest->file;
    added->line = dest->line;
    for (size_t i = 0; i < all->len; i++) {
        valid_keys(all->items, all->len, keys, &all->items[i], &some_keys, &some_values);
        if (merge_element(m, dest, origin, elements, &some_keys, &some_values, added) < 0)
            return -1;
    }
    NODE_FOREACH_ITEM (item, dest) {
        if (place_element(m, added, item, &some_keys) < 0)
            return -1;
    }
    out->node = added;
    return 0;
}

int merge_keyed_list(struct merge *m, struct node *dest, struct node *origin,
                     const struct schema *schema, const struct span *keys, size_t key_count,
                     struct merged *out)
{
    struct tuple key = {.len = 0};
    struct tuples all = {0};
    int result = 0;

    out->node = dest;
    if (merge_is_null(dest))
        return 0;
    for (size_t i = 0; i < key_count; i++)
        tuple_push(&key, keys[i]);
    if (!key_count)
        tuple_push(&key, SPAN_EMPTY);
    add_elements(&all, origin, &key);
    add_elements(&all, dest, &key);
    if (key.len > 1)
        complete_tuples(&all);
    if (all.len)
        result = merge_elements(m, dest, origin, schema, &key, &all, out);
    vec_free(&all);
    return result;
}
