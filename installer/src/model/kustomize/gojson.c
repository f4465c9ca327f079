// SPDX-License-Identifier: Apache-2.0
// JSON as Go's encoding/json writes it.
#include "model/kustomize/gojson.h"

#include <stdlib.h>

#include "base/buf.h"

// One character of UTF-8 that encoding/json escapes, or a bad byte; how many bytes it took.
static size_t add_special(struct buf *out, struct span s)
{
    unsigned char c = (unsigned char)s.ptr[0];
    if (c == 0xE2 && s.len > 2 && (unsigned char)s.ptr[1] == 0x80 &&
        ((unsigned char)s.ptr[2] & 0xFE) == 0xA8) {
        buf_add_str(out, (unsigned char)s.ptr[2] == 0xA8 ? "\\u2028" : "\\u2029");
        return 3;
    }
    buf_add_char(out, (char)c);
    return 1;
}

void gojson_write_string(struct buf *out, struct span text)
{
    struct span s = text;
    buf_add_char(out, '"');
    while (s.len) {
        unsigned char c = (unsigned char)s.ptr[0];
        const char *at = strchr("\"\\\n\r\t\b\f", c);
        size_t step = 1;
        if (c && at)
            buf_printf(out, "\\%c", "\"\\nrtbf"[at - "\"\\\n\r\t\b\f"]);
        else if (c < 0x20 || c == '<' || c == '>' || c == '&')
            buf_printf(out, "\\u%04x", c);
        else
            step = add_special(out, s);
        s = span_tail(s, step);
    }
    buf_add_char(out, '"');
}

static int by_key(const void *a, const void *b)
{
    return span_cmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static void new_line(struct buf *out, int depth)
{
    if (depth < 0)
        return;
    buf_add_char(out, '\n');
    buf_add_repeat(out, ' ', 2 * (size_t)depth);
}

static void write_node(struct kust *k, const struct node *n, int depth, struct buf *out);

static void write_list(struct kust *k, const struct node *n, int depth, struct buf *out)
{
    int inner = depth < 0 ? depth : depth + 1;
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < n->seq.len; i++) {
        if (i)
            buf_add_char(out, ',');
        new_line(out, inner);
        write_node(k, n->seq.items[i], inner, out);
    }
    if (n->seq.len)
        new_line(out, depth);
    buf_add_char(out, ']');
}

static void write_map(struct kust *k, const struct node *n, int depth, struct buf *out)
{
    int inner = depth < 0 ? depth : depth + 1;
    struct pair *pairs = arena_array(k->arena, n->map.len + 1, sizeof(*pairs));
    memcpy(pairs, n->map.pairs, n->map.len * sizeof(*pairs));
    qsort(pairs, n->map.len, sizeof(*pairs), by_key);
    buf_add_char(out, '{');
    for (uint32_t i = 0; i < n->map.len; i++) {
        if (i)
            buf_add_char(out, ',');
        new_line(out, inner);
        gojson_write_string(out, pairs[i].key);
        buf_add_str(out, depth < 0 ? ":" : ": ");
        write_node(k, pairs[i].value, inner, out);
    }
    if (n->map.len)
        new_line(out, depth);
    buf_add_char(out, '}');
}

static void write_node(struct kust *k, const struct node *n, int depth, struct buf *out)
{
    if (n->type == NODE_STRING)
        gojson_write_string(out, n->text);
    else if (n->type == NODE_SEQ)
        write_list(k, n, depth, out);
    else if (n->type == NODE_MAP)
        write_map(k, n, depth, out);
    else
        doc_write_json(n, true, out);
}

void gojson_write(struct kust *k, const struct node *n, bool pretty, struct buf *out)
{
    write_node(k, n, pretty ? 0 : -1, out);
}
