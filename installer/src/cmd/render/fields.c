// SPDX-License-Identifier: Apache-2.0
// Which fields of two trees differ.
#include "cmd/render/fields.h"

#include "base/map.h"

struct comparison {
    fields_found found;
    void *data;
    struct buf path;
};

static void compare(struct comparison *c, const struct node *a, const struct node *b);

// Keys that a path could not be read with are in quotes.
static void add_key(struct buf *path, struct span key)
{
    bool plain = span_find(key, '.') == key.len && span_find(key, '[') == key.len && key.len;

    if (plain)
        buf_printf(path, "%s%.*s", path->len ? "." : "", SPAN_ARG(key));
    else
        buf_printf(path, "[\"%.*s\"]", SPAN_ARG(key));
}

static void compare_maps(struct comparison *c, const struct node *a, const struct node *b)
{
    size_t len = c->path.len;

    NODE_FOREACH_PAIR (pair, a) {
        add_key(&c->path, pair->key);
        compare(c, pair->value, node_get_span(b, pair->key));
        buf_truncate(&c->path, len);
    }
    NODE_FOREACH_PAIR (pair, b) {
        if (node_get_span(a, pair->key))
            continue;
        add_key(&c->path, pair->key);
        compare(c, NULL, pair->value);
        buf_truncate(&c->path, len);
    }
}

// Whether all items have names, and no two the same.
static bool index_names(const struct node *list, struct map *names)
{
    NODE_FOREACH_ITEM (item, list) {
        struct span name = node_get_text(item, "name");

        if (!name.len || map_put(names, name, item))
            return false;
    }
    return true;
}

static void compare_named(struct comparison *c, const struct node *a, const struct node *b,
                          const struct map *in_a, const struct map *in_b)
{
    size_t len = c->path.len;

    NODE_FOREACH_ITEM (item, a) {
        struct span name = node_get_text(item, "name");

        buf_printf(&c->path, "[name=%.*s]", SPAN_ARG(name));
        compare(c, item, map_get(in_b, name));
        buf_truncate(&c->path, len);
    }
    NODE_FOREACH_ITEM (item, b) {
        struct span name = node_get_text(item, "name");

        if (map_get(in_a, name))
            continue;
        buf_printf(&c->path, "[name=%.*s]", SPAN_ARG(name));
        compare(c, NULL, item);
        buf_truncate(&c->path, len);
    }
}

static void compare_items(struct comparison *c, const struct node *a, const struct node *b)
{
    size_t len = c->path.len, start = 0, end_a = node_len(a), end_b = node_len(b);

    while (start < end_a && start < end_b && node_equal(node_item(a, start), node_item(b, start)))
        start++;
    while (end_a > start && end_b > start &&
           node_equal(node_item(a, end_a - 1), node_item(b, end_b - 1))) {
        end_a--;
        end_b--;
    }
    for (size_t i = start; i < end_a || i < end_b; i++) {
        buf_printf(&c->path, "[%zu]", i);
        compare(c, i < end_a ? node_item(a, i) : NULL, i < end_b ? node_item(b, i) : NULL);
        buf_truncate(&c->path, len);
    }
}

// Names say which items belong together, unless all that differs is the order.
static void compare_lists(struct comparison *c, const struct node *a, const struct node *b)
{
    struct map in_a CLEANUP(map_free) = MAP_INIT;
    struct map in_b CLEANUP(map_free) = MAP_INIT;
    bool named = index_names(a, &in_a) && index_names(b, &in_b), same_order = true;

    for (size_t i = 0; named && i < node_len(a); i++) {
        struct span name = node_get_text(node_item(a, i), "name");

        same_order = same_order && (node_len(a) != node_len(b) || !map_get(&in_b, name) ||
                                    span_eq(node_get_text(node_item(b, i), "name"), name));
    }
    if (named && same_order)
        compare_named(c, a, b, &in_a, &in_b);
    else
        compare_items(c, a, b);
}

static void compare(struct comparison *c, const struct node *a, const struct node *b)
{
    if (a && b && node_equal(a, b))
        return;
    if (node_is(a, NODE_MAP) && node_is(b, NODE_MAP))
        compare_maps(c, a, b);
    else if (node_is(a, NODE_SEQ) && node_is(b, NODE_SEQ))
        compare_lists(c, a, b);
    else
        c->found(c->data, buf_str(&c->path), a, b);
}

void fields_compare(const struct node *a, const struct node *b, fields_found found, void *data)
{
    struct comparison c = {found, data, BUF_INIT(BUF_TEXT_MAX)};

    compare(&c, a, b);
    buf_free(&c.path);
}
