// SPDX-License-Identifier: Apache-2.0
// Violations as text.
#include "model/chart/schema/violation.h"

#include "io/template.h"

void violation_quote(struct span text, struct buf *out)
{
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span inner;

    value_quote(text, &quoted);
    inner = span_of(quoted.data + 1, quoted.len - 2);
    buf_add_char(out, '\'');
    for (size_t i = 0; i < inner.len; i++) {
        if (inner.ptr[i] == '\\' && i + 1 < inner.len && inner.ptr[i + 1] == '"')
            continue;
        if (inner.ptr[i] == '\'')
            buf_add_char(out, '\\');
        buf_add_char(out, inner.ptr[i]);
    }
    buf_add_char(out, '\'');
}

static void print(const struct violation *v, size_t indent, struct buf *out)
{
    if (v->kind != VIOLATION_REFERENCE || v->cause_count != 1) {
        buf_add_repeat(out, ' ', indent * 2);
        buf_add_str(out, "- at ");
        violation_quote(span_str(v->path), out);
        buf_printf(out, ": %s\n", v->text);
        indent++;
    }
    for (size_t i = 0; i < v->cause_count; i++)
        print(v->causes[i], indent, out);
}

void violation_print(const struct violation *v, struct buf *out)
{
    if (v->kind != VIOLATION_GROUP) {
        print(v, 0, out);
        return;
    }
    for (size_t i = 0; i < v->cause_count; i++)
        print(v->causes[i], 0, out);
}
