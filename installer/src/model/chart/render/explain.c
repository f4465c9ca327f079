// SPDX-License-Identifier: Apache-2.0
// Errors of templates. Go tells them from the outside in; here the place comes first that a person
// has to look at, then what is wrong there, then the way to it.
#include "model/chart/render/explain.h"

#include <string.h>

#include "model/chart/render/advice.h"

enum { WAY_OUTER_MAX = 3, WAY_INNER_MAX = 5 }; // places shown of a long way

int explain_parse(const struct rendering *r, struct err **err)
{
    (void)r;
    return advice_parse(span_str(err_message(*err)), err);
}

// --- what is wrong ---

// What the language said, without the places that it puts in front.
static struct span bare_text(const struct rendering *r, const struct err *err,
                             const struct template_place *place)
{
    struct span text;
    struct span mark = span_str(arena_printf(r->arena, " at <%.*s>: ", SPAN_ARG(place->node)));
    size_t at;

    while (err_cause(err))
        err = err_cause(err);
    text = span_str(err_message(err));
    at = span_starts(text, "template: ") ? span_search(text, mark) : text.len;
    if (at < text.len)
        text = span_tail(text, at + mark.len);
    (void)span_skip(&text, "template: ");
    return arena_span(r->arena, text);
}

static void add_found(const struct value *found, struct buf *out)
{
    switch (found->type) {
    case VALUE_NIL: buf_add_str(out, "not set"); break;
    case VALUE_MAP: buf_add_str(out, "a map without it"); break;
    case VALUE_OBJECT: buf_printf(out, "a %s without it", value_type_name(found)); break;
    default: buf_printf(out, "a %s, which has no fields", value_type_name(found)); break;
    }
}

static void add_missing(const struct template_missing *missing, struct buf *out)
{
    buf_printf(out, "%.*s: ", SPAN_ARG(missing->path));
    if (missing->prefix.len)
        buf_add_span(out, missing->prefix);
    else
        buf_add_str(out, "'.'");
    buf_add_str(out, " is ");
    add_found(&missing->found, out);
}

// --- where ---

// Texts that `tpl` expands are in no file. Columns count from 1.
static void add_place(const struct template_place *place, struct buf *out)
{
    if (span_is(place->file, "gotpl"))
        buf_printf(out, "the text of tpl:%u:%u", place->line, place->column + 1);
    else
        buf_printf(out, "%.*s:%u:%u", SPAN_ARG(place->file), place->line, place->column + 1);
}

static void add_way(const struct template_trace *trace, struct buf *out)
{
    size_t outer = trace->len - 1;

    for (size_t i = outer; i-- > 0;) {
        if (outer > WAY_OUTER_MAX + WAY_INNER_MAX && i == outer - 1 - WAY_INNER_MAX) {
            buf_printf(out, ", and %zu more", outer - WAY_OUTER_MAX - WAY_INNER_MAX);
            i = WAY_OUTER_MAX - 1;
        }
        buf_add_str(out, i == outer - 1 ? "; by way of " : ", ");
        buf_printf(out, "%.*s at ", SPAN_ARG(span_head(trace->places[i].node, 100)));
        add_place(&trace->places[i], out);
    }
}

int explain_execution(const struct rendering *r, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct template_trace trace = template_trace(r->run);
    struct template_missing missing = template_missing(r->run);
    const struct template_place *place = trace.len ? &trace.places[trace.len - 1] : NULL;
    const char *hint = err_hint_text(*err);
    struct span text;

    if (!place)
        return -1;
    text = bare_text(r, *err, place);
    hint = hint ? arena_str(r->arena, hint) : NULL;
    add_place(place, &out);
    buf_add_str(&out, ": ");
    if (!span_eq(place->name, place->file))
        buf_printf(&out, "in \"%.*s\": ", SPAN_ARG(place->name));
    if (r->refusal.len)
        buf_add_span(&out, r->refusal);
    else if (missing.path.len)
        add_missing(&missing, &out);
    else
        buf_printf(&out, "%.*s: %.*s", SPAN_ARG(span_head(place->node, 100)), SPAN_ARG(text));
    add_way(&trace, &out);
    err_clear(err);
    err_set(err, ERR_CONFIG, "%s", buf_str(&out));
    if (hint)
        err_hint(err, "%s", hint);
    return advice_execution(r, text, err);
}
