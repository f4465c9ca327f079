// SPDX-License-Identifier: Apache-2.0
// The operators (envsubst funcs.go): cases, lengths, pieces, replacements, defaults.
#include "controller/kustomization/envsubst/call.h"

#include <inttypes.h>
#include <string.h>

#include "base/number_read.h"
#include "base/rune.h"
#include "base/text.h"
#include "controller/kustomization/envsubst/trim.h"

void call_free(struct call *c)
{
    buf_free(&c->name);
    buf_free(&c->args[0]);
    buf_free(&c->args[1]);
}

bool call_has_default(const struct call *c)
{
    static const char *const ops[] = {"=", ":=", ":-", ":?", ":+"};

    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (strcmp(c->op, ops[i]) == 0)
            return true;
    }
    return false;
}

static void add_rune(struct buf *out, uint32_t rune)
{
    char bytes[4];

    buf_add(out, bytes, text_encode(rune, bytes));
}

// What is no UTF-8 becomes U+FFFD as Go's strings.Map() makes it; a text in ASCII is never touched.
static void change_case(struct span s, uint32_t (*change)(uint32_t), bool first, struct buf *out)
{
    while (s.len) {
        add_rune(out, change(rune_next(&s)));
        if (first)
            break;
    }
    buf_add_span(out, s);
}

static void replace(struct span s, struct span old, struct span new, bool all, struct buf *out)
{
    bool done = false;

    // An empty text stands in front of each rune, and at the end.
    if (!old.len)
        buf_add_span(out, new);
    while (!old.len && all && s.len) {
        struct span rest = s;

        (void)rune_next(&rest);
        buf_add_span(out, span_head(s, s.len - rest.len));
        buf_add_span(out, new);
        s = rest;
    }
    while (old.len && !done) {
        size_t at = span_search(s, old);

        if (at == s.len)
            break;
        buf_add_span(out, span_head(s, at));
        buf_add_span(out, new);
        s = span_tail(s, at + old.len);
        done = !all;
    }
    buf_add_span(out, s);
}

// ${name/#old/new} and ${name/%old/new}.
static void replace_end(const struct call *c, struct span s, bool suffix, struct buf *out)
{
    struct span old = buf_span(&c->args[0]), new = buf_span(&c->args[1]);
    size_t kept = s.len - old.len;

    if (c->count == 2 && s.len >= old.len && suffix && span_eq(span_tail(s, kept), old)) {
        buf_add_span(out, span_head(s, kept));
        s = new;
    } else if (c->count == 2 && !suffix && span_eq(span_head(s, old.len), old)) {
        buf_add_span(out, new);
        s = span_tail(s, old.len);
    }
    buf_add_span(out, s);
}

static bool read_number(const struct buf *text, int64_t *value)
{
    return number_read_int(buf_span(text), 10, value) == NUMBER_READ;
}

// ${name:position} and ${name:position:length}. What is no number leaves the value as it is.
static int piece(const struct call *c, struct span s, struct buf *out, struct err **err)
{
    int64_t len = (int64_t)s.len, from = 0, count = 0, end = len;

    if (!read_number(&c->args[0], &from) || (c->count == 2 && !read_number(&c->args[1], &count))) {
        buf_add_span(out, s);
        return 0;
    }
    if (from < 0)
        from = from + len > 0 ? from + len : 0;
    if (c->count == 2)
        end = (int64_t)((uint64_t)from + (uint64_t)count); // Go's integers wrap
    if (end >= len) {
        buf_add_span(out, span_tail(s, from < len ? (size_t)from : s.len));
        return 0;
    }
    if (end < from) {
        err_set(err, ERR_CONFIG,
                "slice bounds out of range: ${%s:%s:%s} ends at %" PRId64
                ", before it starts at %" PRId64,
                buf_str(&c->name), buf_str(&c->args[0]), buf_str(&c->args[1]), end, from);
        return err_hint(err, "kustomize-controller takes no negative length");
    }
    buf_add_span(out, span_of(s.ptr + from, (size_t)(end - from)));
    return 0;
}

enum op {
    OP_DEFAULT,
    OP_LOWER_FIRST,
    OP_LOWER,
    OP_UPPER_FIRST,
    OP_UPPER,
    OP_SHORT_PREFIX,
    OP_LONG_PREFIX,
    OP_SHORT_SUFFIX,
    OP_LONG_SUFFIX,
    OP_PIECE,
    OP_REPLACE_PREFIX,
    OP_REPLACE_SUFFIX,
    OP_REPLACE_FIRST,
    OP_REPLACE_ALL,
};

// Any other operator is that of a default, as in envsubst.
static enum op op_of(const char *text)
{
    static const struct {
        const char *text;
        enum op op;
    } ops[] = {
        {",", OP_LOWER_FIRST},     {",,", OP_LOWER},          {"^", OP_UPPER_FIRST},
        {"^^", OP_UPPER},          {"#", OP_SHORT_PREFIX},    {"##", OP_LONG_PREFIX},
        {"%", OP_SHORT_SUFFIX},    {"%%", OP_LONG_SUFFIX},    {":", OP_PIECE},
        {"/#", OP_REPLACE_PREFIX}, {"/%", OP_REPLACE_SUFFIX}, {"/", OP_REPLACE_FIRST},
        {"//", OP_REPLACE_ALL},
    };

    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (strcmp(text, ops[i].text) == 0)
            return ops[i].op;
    }
    return OP_DEFAULT;
}

int call_apply(const struct call *c, struct span value, struct buf *out, struct err **err)
{
    enum op op = op_of(c->op);
    struct span first = buf_span(&c->args[0]), second = buf_span(&c->args[1]);

    switch (op) {
    case OP_DEFAULT: buf_add_span(out, value.len ? value : first); break;
    case OP_LOWER_FIRST:
    case OP_LOWER: change_case(value, rune_lower, op == OP_LOWER_FIRST, out); break;
    case OP_UPPER_FIRST:
    case OP_UPPER: change_case(value, rune_upper, op == OP_UPPER_FIRST, out); break;
    case OP_SHORT_PREFIX:
        if (c->count)
            trim_prefix(value, first, true, out);
        else
            buf_printf(out, "%zu", value.len);
        break;
    case OP_LONG_PREFIX: trim_prefix(value, first, false, out); break;
    case OP_SHORT_SUFFIX:
    case OP_LONG_SUFFIX: trim_suffix(value, first, op == OP_SHORT_SUFFIX, out); break;
    case OP_PIECE: return piece(c, value, out, err);
    case OP_REPLACE_PREFIX:
    case OP_REPLACE_SUFFIX: replace_end(c, value, op == OP_REPLACE_SUFFIX, out); break;
    case OP_REPLACE_FIRST:
    case OP_REPLACE_ALL: replace(value, first, second, op == OP_REPLACE_ALL, out); break;
    }
    return 0;
}
