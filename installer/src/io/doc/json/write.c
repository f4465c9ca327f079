// SPDX-License-Identifier: Apache-2.0
// Writing compact JSON, with the escapes of Go's encoding/json (so that hashes agree).
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "io/doc/doc_int.h"

static void write_escape(struct buf *out, unsigned char c)
{
    switch (c) {
    case '"': buf_add_str(out, "\\\""); break;
    case '\\': buf_add_str(out, "\\\\"); break;
    case '\b': buf_add_str(out, "\\b"); break;
    case '\f': buf_add_str(out, "\\f"); break;
    case '\n': buf_add_str(out, "\\n"); break;
    case '\r': buf_add_str(out, "\\r"); break;
    case '\t': buf_add_str(out, "\\t"); break;
    default: buf_printf(out, "\\u%04x", c); break;
    }
}

// Control characters, quotes and the three of HTML.
static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&';
}

// What is written for the rune of *len bytes at the start of `s`; NULL when it stands as it is.
// U+2028 and U+2029 do not, nor do bytes that are no UTF-8: Go writes U+FFFD for each of them.
static const char *escape_of(struct span s, size_t *len)
{
    uint32_t rune = 0;

    *len = text_rune(s, &rune);
    if (!*len) {
        *len = 1;
        return "\\ufffd";
    }
    return rune == 0x2028 ? "\\u2028" : rune == 0x2029 ? "\\u2029" : NULL;
}

static void write_string(struct buf *out, struct span s)
{
    size_t done = 0;

    buf_add_char(out, '"');
    for (size_t i = 0, len; i < s.len; i += len) {
        unsigned char c = (unsigned char)s.ptr[i];
        const char *escape = NULL;

        len = 1;
        if (c >= 0x80)
            escape = escape_of(span_tail(s, i), &len);
        if (!escape && !needs_escape(c))
            continue;
        buf_add(out, s.ptr + done, i - done);
        if (escape)
            buf_add_str(out, escape);
        else
            write_escape(out, c);
        done = i + len;
    }
    buf_add(out, s.ptr + done, s.len - done);
    buf_add_char(out, '"');
}

static int by_key(const void *a, const void *b)
{
    const struct pair *const *left = a;
    const struct pair *const *right = b;

    return span_cmp((*left)->key, (*right)->key);
}

static void write_map(struct buf *out, const struct node *n, bool sorted)
{
    const struct pair **order CLEANUP(mem_cleanup) = NULL;

    order = mem_alloc(n->map.len * sizeof(*order));
    for (uint32_t i = 0; i < n->map.len; i++)
        order[i] = &n->map.pairs[i];
    if (sorted)
        qsort(order, n->map.len, sizeof(*order), by_key);
    buf_add_char(out, '{');
    for (uint32_t i = 0; i < n->map.len; i++) {
        if (i)
            buf_add_char(out, ',');
        write_string(out, order[i]->key);
        buf_add_char(out, ':');
        doc_write_json(order[i]->value, sorted, out);
    }
    buf_add_char(out, '}');
}

static void write_seq(struct buf *out, const struct node *n, bool sorted)
{
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < n->seq.len; i++) {
        if (i)
            buf_add_char(out, ',');
        doc_write_json(n->seq.items[i], sorted, out);
    }
    buf_add_char(out, ']');
}

static void write_float(struct buf *out, struct span text)
{
    char number[NUMBER_TEXT_MAX];
    double value;

    if (!number_parse(text, &value)) {
        buf_add_span(out, text);
        return;
    }
    number_format_json(value, number);
    buf_add_str(out, number);
}

void doc_write_json(const struct node *n, bool sorted, struct buf *out)
{
    switch ((enum node_type)n->type) {
    case NODE_NULL: buf_add_str(out, "null"); break;
    case NODE_FLOAT: write_float(out, n->text); break;
    case NODE_STRING: write_string(out, n->text); break;
    case NODE_SEQ: write_seq(out, n, sorted); break;
    case NODE_MAP: write_map(out, n, sorted); break;
    default: buf_add_span(out, n->text); break;
    }
}
