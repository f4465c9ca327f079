// SPDX-License-Identifier: Apache-2.0
// Values as YAML, each leaf with its place.
#include "controller/values.h"

static void indent(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buf_add_str(out, "  ");
}

static const char *place(const struct doc *doc, const struct node *n)
{
    const char *file = doc ? doc_file_name(doc, n->file) : "";

    return n->line && *file ? file : NULL;
}

// The lines of a leaf, which a map or list of its own was written for.
static void add_lines(struct span text, const struct doc *doc, const struct node *leaf,
                      size_t depth, struct buf *out)
{
    const char *file = place(doc, leaf);
    struct span line;
    bool first = true;

    if (span_find(text, '\n') + 1 < text.len && file) {
        indent(out, depth);
        buf_printf(out, "# %s:%u\n", file, leaf->line);
        file = NULL;
    }
    for (; span_next(&text, '\n', &line); first = false) {
        if (line.len)
            indent(out, depth);
        buf_add_span(out, line);
        if (first && file)
            buf_printf(out, "  # %s:%u", file, leaf->line);
        buf_add_char(out, '\n');
    }
}

static bool is_leaf(const struct node *n)
{
    return (!node_is(n, NODE_MAP) && !node_is(n, NODE_SEQ)) || !node_len(n);
}

static void write(const struct node *n, const struct doc *doc, size_t depth, struct buf *out);

static void write_pair(const struct pair *pair, const struct doc *doc, size_t depth,
                       struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node null = {.type = NODE_NULL}, map = {.type = NODE_MAP};
    struct pair alone = *pair;

    if (is_leaf(pair->value)) {
        map.map.pairs = &alone;
        map.map.len = 1;
        doc_write_yaml(&map, &text);
        add_lines(buf_span(&text), doc, pair->value, depth, out);
        return;
    }
    // The key as YAML writes it, with nothing behind it.
    alone.value = &null;
    map.map.pairs = &alone;
    map.map.len = 1;
    doc_write_yaml(&map, &text);
    indent(out, depth);
    buf_add_span(out, span_head(buf_span(&text), span_search(buf_span(&text), SPAN(" null\n"))));
    buf_add_char(out, '\n');
    write(pair->value, doc, node_is(pair->value, NODE_SEQ) ? depth : depth + 1, out);
}

static void write_item(struct node *item, const struct doc *doc, size_t depth, struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node list = {.type = NODE_SEQ};
    struct span rest, line;
    const char *mark = "- ";

    if (is_leaf(item)) {
        list.seq.items = &item;
        list.seq.len = 1;
        doc_write_yaml(&list, &text);
        add_lines(buf_span(&text), doc, item, depth, out);
        return;
    }
    write(item, doc, 0, &text);
    for (rest = buf_span(&text); span_next(&rest, '\n', &line); mark = "  ") {
        if (line.len) {
            indent(out, depth);
            buf_add_str(out, mark);
        }
        buf_add_span(out, line);
        buf_add_char(out, '\n');
    }
}

static void write(const struct node *n, const struct doc *doc, size_t depth, struct buf *out)
{
    NODE_FOREACH_PAIR (pair, n)
        write_pair(pair, doc, depth, out);
    NODE_FOREACH_ITEM (item, n)
        write_item(item, doc, depth, out);
}

void values_write(const struct node *values, const struct doc *doc, struct buf *out)
{
    if (is_leaf(values))
        doc_write_yaml(values, out);
    else
        write(values, doc, 0, out);
}
