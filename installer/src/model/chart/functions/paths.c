// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of paths: Go's packages path, and filepath as it is on Linux, where both do the
// same.
#include "base/buf.h"
#include "model/chart/functions/functions.h"
#include "model/chart/functions/urls.h"

// path.Clean: without empty parts, "." and what ".." takes away.
static struct span cleaned(struct arena *a, struct span path)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    bool rooted = span_starts(path, "/");
    size_t fixed = rooted; // what ".." cannot take away
    struct span part;

    if (rooted)
        buf_add_char(&out, '/');
    while (span_next(&path, '/', &part)) {
        if (!part.len || span_is(part, "."))
            continue;
        if (span_is(part, "..") && out.len > fixed) {
            size_t slash = span_rfind(buf_span(&out), '/');

            buf_truncate(&out, slash == out.len || slash < fixed ? fixed : slash);
            continue;
        }
        if (span_is(part, "..") && rooted)
            continue;
        if (out.len > rooted)
            buf_add_char(&out, '/');
        buf_add_span(&out, part);
        if (span_is(part, ".."))
            fixed = out.len;
    }
    return out.len ? arena_span(a, buf_span(&out)) : SPAN(".");
}

static int clean(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(cleaned(call->arena, call->args[0].s));
    return 0;
}

// Where the last part starts.
static size_t last_part(struct span path)
{
    size_t slash = span_rfind(path, '/');

    return slash == path.len ? 0 : slash + 1;
}

static int base(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span path = call->args[0].s;
    bool empty = !path.len;

    while (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    path = span_tail(path, last_part(path));
    *result = value_string(empty ? SPAN(".") : path.len ? path : SPAN("/"));
    return 0;
}

static int dir(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span path = call->args[0].s;

    *result = value_string(cleaned(call->arena, span_head(path, last_part(path))));
    return 0;
}

static int ext(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span name = span_tail(call->args[0].s, last_part(call->args[0].s));

    *result = value_string(span_tail(name, span_rfind(name, '.')));
    return 0;
}

static int is_abs(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(span_starts(call->args[0].s, "/"));
    return 0;
}

functions_family functions_paths = {
    {"base", base, "s", NULL},
    {"dir", dir, "s", NULL},
    {"clean", clean, "s", NULL},
    {"ext", ext, "s", NULL},
    {"isAbs", is_abs, "s", NULL},
    {"osBase", base, "s", NULL},
    {"osDir", dir, "s", NULL},
    {"osClean", clean, "s", NULL},
    {"osExt", ext, "s", NULL},
    {"osIsAbs", is_abs, "s", NULL},
    {"urlParse", urls_parse, "s", NULL},
    {"urlJoin", urls_join, "m", NULL},
    {0},
};
