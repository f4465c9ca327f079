// SPDX-License-Identifier: Apache-2.0
// Looks through all values of all layers.
#include "controller/values/check.h"

#include <stdlib.h>

static void check_map(struct checking *c, const struct node *map, size_t depth);

// Items of lists are told apart from each other by nobody but the templates: only maps among them
// have keys that somebody may misspell.
static void check_list(struct checking *c, const struct node *list, size_t depth)
{
    NODE_FOREACH_ITEM (item, list) {
        if (!node_is(item, NODE_MAP) || depth + 1 >= CHECK_DEPTH_MAX)
            continue;
        c->keys[depth] = span_str(arena_printf(c->arena, "%zu", item_at));
        check_map(c, item, depth + 1);
    }
}

static void check_value(struct checking *c, const struct checked *at)
{
    bool is_map = node_is(at->value, NODE_MAP) && node_len(at->value);

    if (!check_read(c, at))
        return;
    if (!is_map)
        check_lost(c, at);
    check_image(c, at);
    check_number(c, at);
    if (!check_type(c, at))
        return;
    if (is_map)
        check_map(c, at->value, at->depth);
    check_list(c, at->value, at->depth);
}

static void check_map(struct checking *c, const struct node *map, size_t depth)
{
    if (depth >= CHECK_DEPTH_MAX)
        return;
    NODE_FOREACH_PAIR (pair, map) {
        struct checked at = {pair->value, pair->line ? pair->line : pair->value->line, depth + 1};

        c->keys[depth] = pair->key;
        check_value(c, &at);
    }
}

// --- what is said of all of them ---

static void add_general(struct checking *c, enum values_fault fault, enum values_weight weight,
                        const char *text, const char *hint)
{
    struct values_finding finding = {
        .fault = fault, .weight = weight, .path = "", .file = "", .text = text, .hint = hint};

    vec_push(&c->out->items, finding);
}

static void add_failure(struct checking *c)
{
    const struct err *failure = c->view->input.failure;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *hint = failure ? err_hint_text(failure) : NULL;

    if (!failure)
        return;
    err_format(failure, &text);
    add_general(c, VALUES_REFUSED, VALUES_MISTAKE, arena_str(c->arena, buf_str(&text)),
                hint ? arena_str(c->arena, hint) : NULL);
}

// Whether a finding about the types of that value is there already.
static bool is_told(const struct checking *c, const char *path)
{
    VEC_FOREACH (const struct values_finding *, finding, &c->out->items)
        if (finding->fault == VALUES_TYPE && strcmp(finding->path, path) == 0)
            return true;
    return false;
}

// The path in a warning of Helm: "... for CHART.a.b (...)", without the chart.
static const char *path_in(struct arena *a, struct span warning)
{
    size_t at = span_search(warning, SPAN(" for "));
    struct span path = span_tail(warning, at + strlen(" for "));

    path = span_head(path, span_search(path, SPAN(" (")));
    return arena_span(a, span_tail(path, span_find(path, '.') + 1)).ptr;
}

static void add_warnings(struct checking *c)
{
    const struct chart_rendering *rendering = c->view->input.rendering;

    if (!rendering)
        return;
    VEC_FOREACH (const struct chart_note *, warning, &rendering->warnings) {
        struct span text = span_str(warning->text);

        if (!span_search(text, SPAN("this chart is deprecated")) ||
            is_told(c, path_in(c->arena, text)))
            continue;
        add_general(c, VALUES_CLASH, VALUES_REMARK, arena_str(c->arena, warning->text),
                    "of two values that do not go together one is left out");
    }
}

static void add_limits(struct checking *c)
{
    const struct chart_read *whole = c->view->reads->whole;

    if (whole)
        add_general(c, VALUES_UNREAD, VALUES_NOTE,
                    arena_printf(c->arena,
                                 "%.*s:%u reads all values as a whole: which of them count "
                                 "cannot be told",
                                 SPAN_ARG(whole->file), whole->line),
                    NULL);
}

struct values_findings *values_check(const struct values_view *view)
{
    struct values_findings *findings = MEM_NEW(struct values_findings);
    struct checking c = {.view = view, .out = findings};

    findings->arena = c.arena = arena_new();
    add_failure(&c);
    for (c.layer = 0; c.layer < view->input.layer_count; c.layer++)
        check_map(&c, view->input.layers[c.layer].values, 0);
    add_warnings(&c);
    if (view->reads)
        add_limits(&c);
    return findings;
}
