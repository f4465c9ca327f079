// SPDX-License-Identifier: Apache-2.0
// Where two states of one object differ, for people.
#include "model/ssa.h"

enum { PATHS_TOLD = 3 };

struct paths {
    struct buf *out;
    struct buf at; // the path so far
    size_t count;
};

static void compare(struct paths *p, const struct node *a, const struct node *b);

static void tell(struct paths *p)
{
    if (p->count++ < PATHS_TOLD)
        buf_printf(p->out, "%s%s", p->count > 1 ? ", " : "", buf_str(&p->at));
}

static void step(struct paths *p, const struct node *a, const struct node *b)
{
    if (!a || !b)
        tell(p);
    else
        compare(p, a, b);
}

// What the server keeps for itself, and what is not applied.
static bool is_kept(const struct paths *p, struct span key)
{
    struct span at = buf_span(&p->at);

    if (!at.len)
        return span_is(key, "status") || span_is(key, "apiVersion") || span_is(key, "kind");
    return span_is(at, ".metadata") &&
           (span_is(key, "managedFields") || span_is(key, "resourceVersion") ||
            span_is(key, "generation") || span_is(key, "creationTimestamp") || span_is(key, "uid"));
}

static bool is_plain(struct span key)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] == '.' || key.ptr[i] == '/')
            return false;
    return key.len > 0;
}

static void compare_field(struct paths *p, struct span key, const struct node *a,
                          const struct node *b)
{
    size_t len = p->at.len;

    if (is_kept(p, key))
        return;
    if (is_plain(key))
        buf_printf(&p->at, ".%.*s", SPAN_ARG(key));
    else
        buf_printf(&p->at, "[%.*s]", SPAN_ARG(key));
    step(p, a, b);
    buf_truncate(&p->at, len);
}

static void compare_items(struct paths *p, const struct node *a, const struct node *b)
{
    size_t most = node_len(a) > node_len(b) ? node_len(a) : node_len(b);

    for (size_t i = 0; i < most; i++) {
        size_t len = p->at.len;

        buf_printf(&p->at, "[%zu]", i);
        step(p, node_item(a, i), node_item(b, i));
        buf_truncate(&p->at, len);
    }
}

static void compare(struct paths *p, const struct node *a, const struct node *b)
{
    if (node_is(a, NODE_MAP) && node_is(b, NODE_MAP)) {
        NODE_FOREACH_PAIR (pair, a)
            compare_field(p, pair->key, pair->value, node_get_span(b, pair->key));
        NODE_FOREACH_PAIR (pair, b) {
            if (!node_get_span(a, pair->key))
                compare_field(p, pair->key, NULL, pair->value);
        }
    } else if (node_is(a, NODE_SEQ) && node_is(b, NODE_SEQ)) {
        compare_items(p, a, b);
    } else if (!node_equal(a, b)) {
        tell(p);
    }
}

size_t ssa_paths(const struct node *before, const struct node *after, struct buf *out)
{
    struct paths p = {.out = out, .at = BUF_INIT(BUF_TEXT_MAX)};

    compare(&p, before, after);
    if (p.count > PATHS_TOLD)
        buf_printf(out, " and %zu more", p.count - PATHS_TOLD);
    buf_free(&p.at);
    return p.count;
}
