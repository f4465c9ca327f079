// SPDX-License-Identifier: Apache-2.0
// Every place that sets a value, and every line that reads it.
#include <stdlib.h>

#include "controller/values/view.h"

struct tracing {
    const struct values_view *view;
    struct values_trace *out;
    const struct span *keys; // as one asked for it
    size_t count;
};

const char *values_verdict_name(enum values_verdict verdict)
{
    static const char *const names[] = {"wins", "merged", "overridden", "deletes it", "in the way"};

    return names[verdict];
}

// Notes what a source has at the path, or what is in the way there. `keys` are the source's own,
// the last ones of the path.
static void add_source(struct tracing *t, struct values_setting setting, const struct node *values,
                       const struct doc *doc, const struct span *keys, size_t count)
{
    size_t skipped = t->count > count ? t->count - count : 0;
    uint32_t line = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        const struct node *map = values;

        if (!node_is(values, NODE_MAP) && !node_is(values, NODE_SEQ))
            break;
        values = values_at(map, keys + i, 1);
        if (!values)
            return;
        line = values->line;
        NODE_FOREACH_PAIR (pair, map)
            if (span_eq(pair->key, keys[i]) && pair->line)
                line = pair->line;
    }
    setting.value = values;
    setting.line = line;
    setting.file = arena_str(t->out->arena, view_file(doc, values));
    setting.path = values_path_text(t->out->arena, t->keys, skipped + i);
    setting.verdict = node_is(values, NODE_NULL)  ? VALUES_DELETES
                      : i < count                 ? VALUES_IN_THE_WAY
                      : node_is(values, NODE_MAP) ? VALUES_MERGED
                                                  : VALUES_WINS;
    vec_push(&t->out->settings, setting);
}

static void add_default(void *data, const struct chart *chart, const struct span *keys,
                        size_t count)
{
    struct tracing *t = data;
    struct values_setting setting = {.is_default = true};

    setting.label =
        arena_printf(t->out->arena, "defaults of chart %s", node_get_str(chart->meta, "name"));
    if (chart->values)
        add_source(t, setting, chart->values, chart->values_doc, keys, count);
}

static void add_layers(struct tracing *t, const struct span *keys, size_t count)
{
    const struct values_input *in = &t->view->input;

    for (size_t i = 0; i < in->layer_count; i++) {
        struct values_setting setting = {.label = in->layers[i].label, .layer = i};

        add_source(t, setting, in->layers[i].values, in->layers[i].doc, keys, count);
    }
}

// From the last one back: the first that is no map decides.
static void judge(struct values_trace *trace)
{
    bool decided = false, map_above = false;

    for (size_t i = trace->settings.len; i-- > 0;) {
        struct values_setting *s = &trace->settings.items[i];

        if (decided || (map_above && s->verdict != VALUES_MERGED && s->verdict != VALUES_DELETES))
            s->verdict = VALUES_OVERRIDDEN;
        else if (s->verdict == VALUES_MERGED)
            map_above = true;
        else
            decided = true;
    }
}

// Whether a read is of what is at the path, above it as a whole, or below it.
static bool is_of(const struct tracing *t, const struct chart_read *read, const struct span *keys,
                  size_t count)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct values_path path = {0};

    if (read->path.len && values_path_parse(t->out->arena, read->path, &path, &ignored) < 0)
        return false;
    for (size_t i = 0; i < path.len && i < count; i++)
        if (!span_eq(path.items[i], keys[i]) && !span_is(path.items[i], "*"))
            return false;
    return path.len >= count || read->how & CHART_READ_WHOLE;
}

struct values_trace *values_trace(const struct values_view *view, const struct values_path *path)
{
    struct values_trace *trace = MEM_NEW(struct values_trace);
    struct tracing t = {view, trace, path->items, path->len};
    size_t skip = view_global(view->input.chart, path->items, path->len);

    trace->arena = arena_new();
    view_charts(view->input.chart, path->items, path->len, add_default, &t);
    add_layers(&t, path->items, path->len);
    // The globals of the outermost chart go over those of a subchart.
    if (skip) {
        add_default(&t, view->input.chart, path->items + skip, path->len - skip);
        add_layers(&t, path->items + skip, path->len - skip);
    }
    judge(trace);
    trace->value = values_at(view->all, path->items, path->len);
    VEC_FOREACH (const struct chart_read *, read, view->list)
        if (is_of(&t, read, path->items + skip, path->len - skip))
            vec_push(&trace->reads, read);
    return trace;
}

void values_trace_free(struct values_trace *trace)
{
    if (!trace)
        return;
    vec_free(&trace->settings);
    vec_free(&trace->reads);
    arena_free(trace->arena);
    free(trace);
}
