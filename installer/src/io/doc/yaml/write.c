// SPDX-License-Identifier: Apache-2.0
// Writing YAML in the block form that go-yaml's emitters make of plain JSON values, byte for byte,
// with an indentation of 2. v2 does not indent lists in maps and folds lines after column 80.
// Not libyaml's emitter: that one differs in what it escapes and is several times slower.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/doc/doc_int.h"
#include "io/doc/yaml/character.h"
#include "io/doc/yaml/emit.h"

#define SIMPLE_KEY_MAX 128 // bytes; longer keys are written as "? key"

static void write_node(struct emitter *e, const struct node *n, enum place place);

static int by_key(const void *a, const void *b)
{
    const struct pair *const *left = a;
    const struct pair *const *right = b;

    return key_order((*left)->key, (*right)->key);
}

static int by_key_v3(const void *a, const void *b)
{
    const struct pair *const *left = a;
    const struct pair *const *right = b;

    return key_order_v3((*left)->key, (*right)->key);
}

// The pairs in go-yaml's order; most maps are small or sorted already.
static const struct pair **sort_pairs(const struct node *n, enum dialect dialect)
{
    int (*by)(const void *, const void *) = dialect == DIALECT_V2 ? by_key : by_key_v3;
    const struct pair **order = mem_alloc(n->map.len * sizeof(*order));
    bool sorted = true;

    for (uint32_t i = 0; i < n->map.len; i++) {
        order[i] = &n->map.pairs[i];
        sorted = sorted && (i == 0 || by(&order[i - 1], &order[i]) < 0);
    }
    if (!sorted && !(n->flags & NODE_ORDERED))
        qsort(order, n->map.len, sizeof(*order), by);
    return order;
}

static bool is_multiline(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (yaml_is_break(s, i))
            return true;
    return false;
}

static void write_pair(struct emitter *e, const struct pair *pair)
{
    emit_indent(e);
    if (pair->key.len <= SIMPLE_KEY_MAX && !is_multiline(pair->key)) {
        emit_text(e, pair->key, true, PLACE_KEY);
        emit_indicator(e, ":", false, false);
    } else {
        emit_indicator(e, "?", true, true);
        emit_text(e, pair->key, true, PLACE_LONG_KEY);
        emit_indent(e);
        emit_indicator(e, ":", true, true);
    }
    write_node(e, pair->value, PLACE_VALUE);
}

static void write_map(struct emitter *e, const struct node *n)
{
    const struct pair **order CLEANUP(mem_cleanup) = NULL;
    int indent = e->indent;

    if (n->map.len == 0) {
        emit_indicator(e, "{}", true, false);
        return;
    }
    order = sort_pairs(n, e->dialect);
    e->indent = indent < 0 ? 0 : indent + 2;
    for (uint32_t i = 0; i < n->map.len; i++)
        write_pair(e, order[i]);
    e->indent = indent;
}

static void write_seq(struct emitter *e, const struct node *n, enum place place)
{
    int indent = e->indent;

    if (n->seq.len == 0) {
        emit_indicator(e, "[]", true, false);
        return;
    }
    if (indent < 0)
        e->indent = 0;
    else if (place != PLACE_VALUE || e->indention || e->dialect == DIALECT_V3)
        e->indent = indent + 2;
    for (uint32_t i = 0; i < n->seq.len; i++) {
        emit_indent(e);
        emit_indicator(e, "-", true, true);
        write_node(e, n->seq.items[i], PLACE_ITEM);
    }
    e->indent = indent;
}

static void write_node(struct emitter *e, const struct node *n, enum place place)
{
    switch ((enum node_type)n->type) {
    case NODE_MAP: write_map(e, n); break;
    case NODE_SEQ: write_seq(e, n, place); break;
    case NODE_STRING: emit_text(e, n->text, true, place); break;
    case NODE_NULL: emit_text(e, SPAN("null"), false, place); break;
    default: emit_text(e, n->text, false, place); break;
    }
}

static void write_document(const struct node *n, enum dialect dialect, bool unfolded,
                           struct buf *out)
{
    struct emitter e = {.out = out,
                        .dialect = dialect,
                        .unfolded = unfolded,
                        .indent = -1,
                        .whitespace = true,
                        .indention = true};

    write_node(&e, n, PLACE_ITEM);
    if (e.column || !e.indention)
        emit_break(&e);
}

void doc_write_yaml(const struct node *n, struct buf *out)
{
    write_document(n, DIALECT_V2, false, out);
}

void doc_write_again(const struct node *n, struct buf *out)
{
    write_document(n, DIALECT_V2, true, out);
}

void doc_write_yaml3(const struct node *n, struct buf *out)
{
    write_document(n, DIALECT_V3, false, out);
}
