// SPDX-License-Identifier: Apache-2.0
// import-values: what charts take from their subcharts (processImportValues).
#include "base/mem.h"
#include "io/template.h"
#include "model/chart/convert/convert.h"
#include "model/chart/values/stages.h"

// The imports of one chart, gathered.
struct importing {
    struct coalescing *c;
    struct node *values; // the chart's, with its subcharts'
    struct node *imported;
};

// Go's %v of a side of an import.
static struct span side_of(struct coalescing *c, const struct node *import, const char *side)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *n = node_get(import, side);
    struct value v = n ? convert_to_value(doc_arena(c->d), n) : VALUE_OF_NIL;

    value_print(&v, &text);
    return arena_span(doc_arena(c->d), buf_span(&text));
}

// `table` at a path of maps.
static struct node *map_to(struct coalescing *c, struct span path, struct node *table)
{
    if (span_is(path, "."))
        return table;
    for (;;) {
        size_t dot = span_rfind(path, '.');
        bool last = dot == path.len;
        struct node *map = node_new_map(c->d);

        node_append(c->d, map, last ? path : span_tail(path, dot + 1), table);
        if (last)
            return map;
        table = map;
        path = span_head(path, dot);
    }
}

static int import_table(struct importing *in, struct node *row, struct span child,
                        struct span parent)
{
    struct coalescing *c = in->c;
    const char *chart = node_get_str(row, "name");
    struct node *table = stages_table(
        in->values, span_str(arena_printf(doc_arena(c->d), "%s.%.*s", chart, SPAN_ARG(child))));

    if (!table) {
        coalesce_warn(c, "ImportValues missing table from chart chart=%s child=%.*s", chart,
                      SPAN_ARG(child));
        return 0;
    }
    if (!node_len(table)) // Helm takes a new map for an empty one
        table = node_new_map(c->d);
    return coalesce_merge(c, in->imported, map_to(c, parent, table));
}

static void note_import(struct coalescing *c, struct node *done, struct span child,
                        struct span parent)
{
    struct node *pair = node_new_map(c->d);

    node_set_str(c->d, pair, "child", child);
    node_set_str(c->d, pair, "parent", parent);
    node_push(c->d, done, pair);
}

// What a chart imports from one subchart; the row says afterwards what that was.
static int import_from(struct importing *in, struct node *row)
{
    struct coalescing *c = in->c;
    struct node *done = node_new_seq(c->d);

    NODE_FOREACH_ITEM (import, node_get(row, "import-values")) {
        struct span child, parent = SPAN(".");

        if (node_is(import, NODE_MAP)) {
            child = side_of(c, import, "child");
            parent = side_of(c, import, "parent");
        } else if (node_is(import, NODE_STRING)) {
            child = span_str(arena_printf(doc_arena(c->d), "exports.%s", node_str(import)));
        } else {
            continue;
        }
        note_import(c, done, child, parent);
        if (import_table(in, row, child, parent) < 0)
            return -1;
    }
    if (node_get(row, "import-values"))
        node_set(c->d, row, SPAN("import-values"), done);
    return 0;
}

static int import(struct coalescing *c, struct part *part)
{
    struct importing in = {.c = c};
    struct node *values;

    if (!part->meta->has_rows)
        return 0;
    in.values = coalesce_values(c, part, (struct tree){0}, true);
    if (!in.values)
        return -1;
    in.imported = node_new_map(c->d);
    VEC_FOREACH (struct node *const *, row, &part->meta->rows)
        if (import_from(&in, *row) < 0)
            return -1;
    values = in.values;
    if (node_len(in.imported)) {
        values = coalesce_copy(c, (struct tree){in.values, c->d});
        if (!values || coalesce_merge(c, values, in.imported) < 0)
            return -1;
    }
    part->values = values;
    part->values_doc = c->d;
    return 0;
}

int stages_import(struct coalescing *c, struct part *part)
{
    VEC_FOREACH (struct part *const *, it, &part->parts)
        if (stages_import(c, *it) < 0)
            return -1;
    return import(c, part);
}
