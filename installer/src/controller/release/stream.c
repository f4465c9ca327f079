// SPDX-License-Identifier: Apache-2.0
// Errors about the stream of a chart's documents, in words of the chart and the tree: places in the
// stream become those of templates, places in the kustomization those of spec.postRenderers.
#include "controller/release/internal.h"

#include <string.h>

#define IN_PLACE " (patch in place)"
#define KUSTOMIZATION "kustomization.yaml"

// --- lines of templates ---

// A template by what "# Source:" prints: "chart/charts/sub/templates/x.yaml".
static const struct chart_file *find_template(const struct chart *chart, struct span path)
{
    struct span below = span_tail(path, span_find(path, '/') + 1), rest = below, name;

    if (span_skip(&rest, "charts/")) {
        chart_uses uses CLEANUP(chart_uses_free) = {0};
        const struct chart *subchart = NULL;

        name = span_head(rest, span_find(rest, '/'));
        chart_uses_of(chart, NULL, NULL, &uses);
        VEC_FOREACH (const struct chart_use *, use, &uses)
            if (span_eq(use->name, name))
                subchart = use->subchart;
        return subchart ? find_template(subchart, rest) : NULL;
    }
    VEC_FOREACH (const struct chart_file *, file, &chart->templates)
        if (span_is(below, file->path))
            return file;
    return NULL;
}

static struct span trim(struct span line)
{
    while (line.len && strchr(" \t\r\"'", line.ptr[line.len - 1]))
        line.len--;
    while (line.len && strchr(" \t", line.ptr[0]))
        line = span_tail(line, 1);
    return line;
}

// The only line "KEY: VALUE" of a text; 0 when there is none, or several.
static uint32_t only_line(struct span text, const char *key, struct span value)
{
    uint32_t found = 0, number = 0;
    struct span line;

    while (value.len && span_next(&text, '\n', &line)) {
        number++;
        line = trim(line);
        if (!span_skip(&line, key) || !span_skip(&line, ":"))
            continue;
        line = trim(line);
        if (line.len && strchr("\"'", line.ptr[0]))
            line = span_tail(line, 1);
        if (!span_eq(line, value))
            continue;
        if (found)
            return 0;
        found = number;
    }
    return found;
}

// "app/templates/x.yaml:3" where the line can be told, else with the number of the document.
static const char *place_of(struct arena *arena, const struct chart *chart,
                            const struct release_streamed *at)
{
    const struct chart_file *file = find_template(chart, at->path);
    uint32_t line = file ? only_line(file->content, "kind", at->kind) : 0;

    if (file && !line)
        line = only_line(file->content, "apiVersion", at->api_version);
    if (line)
        return arena_printf(arena, "%.*s:%u", SPAN_ARG(at->path), line);
    if (at->document)
        return arena_printf(arena, "%.*s: document %zu of its output", SPAN_ARG(at->path),
                            at->document);
    return arena_span(arena, at->path).ptr;
}

// --- messages ---

struct explaining {
    const struct release_stream *stream;
    struct arena *arena;
    struct buf out;
    bool is_placed; // a template is named
};

static bool take_number(struct span *rest, uint64_t *number)
{
    size_t digits = 0;

    while (digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9')
        digits++;
    if (!span_u64(span_head(*rest, digits), number))
        return false;
    *rest = span_tail(*rest, digits);
    return true;
}

// The object that a line of the stream is of, or NULL.
static const struct release_streamed *object_at(const struct release_stream *stream, uint64_t line)
{
    struct span text = stream->text, each;
    size_t before = 0;

    for (uint64_t i = 1; i <= line && span_next(&text, '\n', &each); i++)
        before += i > 1 && span_is(each, "---");
    return before < stream->objects->len ? &stream->objects->items[before] : NULL;
}

// "helm-output.yaml:11"
static bool explain_stream(struct explaining *e, struct span *rest)
{
    struct span at = *rest;
    const struct release_streamed *object;
    uint64_t line;

    if (!span_skip(&at, RELEASE_STREAM ":") || !take_number(&at, &line))
        return false;
    object = object_at(e->stream, line);
    if (!object)
        return false;
    buf_add_str(&e->out, place_of(e->arena, e->stream->chart, object));
    e->is_placed = true;
    *rest = at;
    return true;
}

// The index of the patch that a line of the kustomization is of.
static size_t patch_at(struct explaining *e, uint64_t line)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL; // we have written it
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    size_t found = 0, i = 0;

    if (doc_read_yaml(d, e->stream->kustomization, KUSTOMIZATION, &list, &ignored) < 0 || !list.len)
        return 0;
    NODE_FOREACH_ITEM (item, node_get(list.items[0], "patches")) {
        if (item->line <= line)
            found = i;
        i++;
    }
    return found;
}

// "kustomization.yaml:4 (patch in place)"
static bool explain_patch(struct explaining *e, struct span *rest)
{
    struct span at = *rest;
    const struct node *patch;
    uint64_t line;
    size_t index;

    if (!span_skip(&at, KUSTOMIZATION ":") || !take_number(&at, &line))
        return false;
    (void)span_skip(&at, IN_PLACE);
    index = patch_at(e, line);
    patch = node_item(node_get(e->stream->renderer, "patches"), index);
    if (!patch)
        return false;
    buf_printf(&e->out, "kustomize.patches[%zu]", index);
    if (e->stream->doc && patch->file && patch->line)
        buf_printf(&e->out, " (%s:%u)", doc_file_name(e->stream->doc, patch->file), patch->line);
    *rest = at;
    return true;
}

// The object that a message calls "KIND NAME (", or NULL.
static const struct release_streamed *object_in(struct explaining *e, struct span text)
{
    VEC_FOREACH (const struct release_streamed *, it, e->stream->objects) {
        const char *id =
            arena_printf(e->arena, " on %.*s %.*s (", SPAN_ARG(it->kind), SPAN_ARG(it->name));

        if (it->name.len && span_search(text, span_str(id)) < text.len)
            return it;
    }
    return NULL;
}

void release_stream_explain(const struct release_stream *stream, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct explaining e = {.stream = stream, .arena = arena, .out = BUF_INIT(BUF_TEXT_MAX)};
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *was CLEANUP(err_cleanup) = NULL;
    const struct release_streamed *object;
    struct span rest;

    err_move(&was, err);
    err_format(was, &text);
    object = object_in(&e, buf_span(&text));
    for (rest = buf_span(&text); rest.len;) {
        if (explain_stream(&e, &rest) || explain_patch(&e, &rest))
            continue;
        buf_add_char(&e.out, rest.ptr[0]);
        rest = span_tail(rest, 1);
    }
    err_set(err, err_kind(was), "%s", buf_str(&e.out));
    if (!e.is_placed && object)
        err_wrap(err, "%s", place_of(arena, stream->chart, object));
    if (err_hint_text(was))
        err_hint(err, "%s", err_hint_text(was));
    buf_free(&e.out);
}
