// SPDX-License-Identifier: Apache-2.0
// Writing JSON with the escapes of Go's encoding/json (so that hashes agree).
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

struct writer {
    struct buf *out;
    bool sorted; // keys in byte order
    bool html;   // <, > and & are escaped
    bool indent; // each value in a line of its own
};

// Control characters, quotes and the three of HTML.
static bool needs_escape(const struct writer *w, unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || (w->html && (c == '<' || c == '>' || c == '&'));
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

static void write_string(const struct writer *w, struct span s)
{
    size_t done = 0;

    buf_add_char(w->out, '"');
    for (size_t i = 0, len; i < s.len; i += len) {
        unsigned char c = (unsigned char)s.ptr[i];
        const char *escape = NULL;

        len = 1;
        if (c >= 0x80)
            escape = escape_of(span_tail(s, i), &len);
        if (!escape && !needs_escape(w, c))
            continue;
        buf_add(w->out, s.ptr + done, i - done);
        if (escape)
            buf_add_str(w->out, escape);
        else
            write_escape(w->out, c);
        done = i + len;
    }
    buf_add(w->out, s.ptr + done, s.len - done);
    buf_add_char(w->out, '"');
}

static void write_float(const struct writer *w, struct span text)
{
    char number[NUMBER_TEXT_MAX];
    double value;

    if (!number_parse(text, &value)) {
        buf_add_span(w->out, text);
        return;
    }
    number_format_json(value, number);
    buf_add_str(w->out, number);
}

static int by_key(const void *a, const void *b)
{
    const struct pair *const *left = a;
    const struct pair *const *right = b;

    return span_cmp((*left)->key, (*right)->key);
}

// To the next line when there are lines.
static void write_break(const struct writer *w, unsigned depth)
{
    if (!w->indent)
        return;
    buf_add_char(w->out, '\n');
    buf_add_repeat(w->out, ' ', (size_t)2 * depth);
}

static void write_value(const struct writer *w, const struct node *n, unsigned depth);

static void write_map(const struct writer *w, const struct node *n, unsigned depth)
{
    const struct pair **order CLEANUP(mem_cleanup) = NULL;

    order = mem_alloc(n->map.len * sizeof(*order));
    for (uint32_t i = 0; i < n->map.len; i++)
        order[i] = &n->map.pairs[i];
    if (w->sorted && !(n->flags & NODE_ORDERED))
        qsort(order, n->map.len, sizeof(*order), by_key);
    buf_add_char(w->out, '{');
    for (uint32_t i = 0; i < n->map.len; i++) {
        if (i)
            buf_add_char(w->out, ',');
        write_break(w, depth + 1);
        write_string(w, order[i]->key);
        buf_add_str(w->out, w->indent ? ": " : ":");
        write_value(w, order[i]->value, depth + 1);
    }
    if (n->map.len)
        write_break(w, depth);
    buf_add_char(w->out, '}');
}

static void write_seq(const struct writer *w, const struct node *n, unsigned depth)
{
    buf_add_char(w->out, '[');
    for (uint32_t i = 0; i < n->seq.len; i++) {
        if (i)
            buf_add_char(w->out, ',');
        write_break(w, depth + 1);
        write_value(w, n->seq.items[i], depth + 1);
    }
    if (n->seq.len)
        write_break(w, depth);
    buf_add_char(w->out, ']');
}

static void write_value(const struct writer *w, const struct node *n, unsigned depth)
{
    switch ((enum node_type)n->type) {
    case NODE_NULL: buf_add_str(w->out, "null"); break;
    case NODE_FLOAT: write_float(w, n->text); break;
    case NODE_STRING: write_string(w, n->text); break;
    case NODE_SEQ: write_seq(w, n, depth); break;
    case NODE_MAP: write_map(w, n, depth); break;
    default: buf_add_span(w->out, n->text); break;
    }
}

void doc_write_json(const struct node *n, bool sorted, struct buf *out)
{
    write_value(&(struct writer){.out = out, .sorted = sorted, .html = true}, n, 0);
}

void doc_write_go_json(const struct node *n, unsigned flags, struct buf *out)
{
    struct writer w = {
        .out = out, .sorted = true, .html = flags & DOC_GO_HTML, .indent = flags & DOC_GO_INDENT};

    write_value(&w, n, 0);
}
