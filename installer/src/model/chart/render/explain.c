// SPDX-License-Identifier: Apache-2.0
// Errors of templates. Go tells them from the outside in; here the place comes first that a person
// has to look at, then what is wrong there, then the way to it.
#include "model/chart/render/explain.h"

#include <string.h>

#include "model/chart/render/advice.h"

enum { WAY_OUTER_MAX = 2, WAY_INNER_MAX = 4 }; // places shown of a long way

static const char *keep_hint(const struct rendering *r, const struct err *err)
{
    return err_hint_text(err) ? arena_str(r->arena, err_hint_text(err)) : NULL;
}

// What the language said at the innermost; in the rendering's arena.
static struct span innermost_text(const struct rendering *r, const struct err *err)
{
    while (err_cause(err))
        err = err_cause(err);
    return arena_span(r->arena, span_str(err_message(err)));
}

// Puts what was made in place of what the language said, with its hint.
static void replace(struct err **err, const char *text, const char *hint)
{
    err_clear(err);
    err_set(err, ERR_CONFIG, "%s", text);
    if (hint)
        err_hint(err, "%s", hint);
}

// "FILE:LINE:COLUMN" with the column from 1, as in all messages.
int explain_parse(const struct rendering *r, struct err **err)
{
    struct span text = innermost_text(r, *err), place = span_str(err_message(*err));
    size_t colon = span_rfind(place, ':');
    uint64_t column;

    if (err_cause(*err) && span_u64(span_tail(place, colon + 1), &column)) {
        const char *whole =
            arena_printf(r->arena, "%.*s:%llu: %.*s", SPAN_ARG(span_head(place, colon)),
                         (unsigned long long)column + 1, SPAN_ARG(text));

        replace(err, whole, keep_hint(r, *err));
    }
    return advice_parse(text, err);
}

// Lines as one; messages have a newline as "\\n".
static void join_lines(struct span text, struct span newline, struct buf *out)
{
    while (text.len) {
        size_t end = span_search(text, newline);
        struct span line = span_trim(span_head(text, end));

        if (line.len)
            buf_printf(out, "%s%.*s", out->len ? " " : "", SPAN_ARG(line));
        text = span_tail(text, end + newline.len);
    }
}

// --- what is wrong ---

// What the language said, without the places that it puts in front.
static struct span bare_text(const struct rendering *r, const struct err *err,
                             const struct template_place *place)
{
    struct span text = innermost_text(r, err);
    struct span mark = span_str(arena_printf(r->arena, " at <%.*s>: ", SPAN_ARG(place->node)));
    size_t at;

    at = span_starts(text, "template: ") ? span_search(text, mark) : text.len;
    if (at < text.len)
        text = span_tail(text, at + mark.len);
    (void)span_skip(&text, "template: ");
    return text;
}

static void add_found(const struct value *found, struct buf *out)
{
    switch (found->type) {
    case VALUE_NIL: buf_add_str(out, "not set"); break;
    case VALUE_OBJECT:
        buf_printf(out, "a %s, which has no such field", value_type_name(found));
        break;
    case VALUE_STRING: buf_add_str(out, "a string, which has no fields"); break;
    default:
        buf_printf(out, "%s %s, which has no fields", value_is_list(found) ? "a list:" : "a",
                   value_type_name(found));
        break;
    }
}

// Of several lines, as charts like to tell them.
static void add_refusal(struct span refusal, struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    join_lines(refusal, SPAN("\n"), &text);
    buf_add_span(out, buf_span(&text));
}

static bool is_map(const struct value *v)
{
    return value_is_map(v) || strcmp(value_kind_name(v), "map") == 0;
}

// What a map lacks is not set; what was looked for in anything else cannot be there.
static void add_missing(const struct template_missing *missing, struct span text, struct buf *out)
{
    buf_add_span(out, missing->path);
    if (is_map(&missing->found)) {
        buf_printf(out, " is not set: %.*s", SPAN_ARG(text));
        return;
    }
    buf_add_str(out, ": ");
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
    struct span text;

    if (!place)
        return -1;
    text = bare_text(r, *err, place);
    add_place(place, &out);
    buf_add_str(&out, ": ");
    if (!span_eq(place->name, place->file))
        buf_printf(&out, "in \"%.*s\": ", SPAN_ARG(place->name));
    if (r->refusal.len)
        add_refusal(r->refusal, &out);
    else if (missing.path.len)
        add_missing(&missing, text, &out);
    else
        buf_printf(&out, "%.*s: %.*s", SPAN_ARG(span_head(place->node, 100)), SPAN_ARG(text));
    add_way(&trace, &out);
    replace(err, buf_str(&out), keep_hint(r, *err));
    return advice_execution(r, text, err);
}
