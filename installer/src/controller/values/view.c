// SPDX-License-Identifier: Apache-2.0
// A release with its effective values and what reads them.
#include "controller/values/view.h"

#include <stdlib.h>

enum { SHOWN_MAX = 60 };

// --- reads ---

static struct read_key *key_below(const struct read_key *at, struct span key)
{
    struct read_key *below = at->first;

    while (below && !span_eq(below->key, key))
        below = below->next;
    return below;
}

static void add_read(struct values_view *view, const struct chart_read *read)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL; // paths of reads are well-formed
    struct values_path path = {0};
    struct read_key *at = view->reads;

    if (read->path.len && values_path_parse(view->arena, read->path, &path, &ignored) < 0)
        return;
    for (size_t i = 0; i < path.len; i++) {
        struct read_key *below = key_below(at, path.items[i]);

        if (!below) {
            below = ARENA_NEW(view->arena, struct read_key);
            below->key = path.items[i];
            below->next = at->first;
            at->first = below;
        }
        at = below;
    }
    if (read->how & ~(unsigned)CHART_READ_SCHEMA && !at->read)
        at->read = read;
    if (read->how & CHART_READ_WHOLE && !at->whole)
        at->whole = read;
    if (read->how & CHART_READ_SCHEMA && !at->named)
        at->named = read;
}

// Whether a template reads something in there.
static const struct chart_read *any_read(const struct read_key *at)
{
    const struct chart_read *found = at->read;

    for (const struct read_key *below = at->first; below && !found; below = below->next)
        found = any_read(below);
    return found;
}

// What a search has found so far.
struct search {
    const struct span *keys;
    size_t count;
    const struct chart_read *read, *any;
    bool is_named;
};

static bool is_any(const struct read_key *at)
{
    return span_is(at->key, "*");
}

// Whether some keys below are asked for by their names.
static bool has_names(const struct read_key *at)
{
    for (const struct read_key *below = at->first; below; below = below->next)
        if (!is_any(below) && any_read(below))
            return true;
    return false;
}

static void search(struct search *s, const struct read_key *at, size_t depth, bool any);

static void search_below(struct search *s, const struct read_key *at, size_t depth, bool any)
{
    for (const struct read_key *below = at->first; below && !s->read; below = below->next)
        if (span_eq(below->key, s->keys[depth]))
            search(s, below, depth + 1, any);
    for (const struct read_key *below = at->first; below && !s->read; below = below->next)
        if (is_any(below))
            search(s, below, depth + 1, any || has_names(at));
}

static void note_read(struct search *s, const struct chart_read *read, bool any)
{
    if (read && !any)
        s->read = read;
    else if (read && !s->any)
        s->any = read;
}

// `any`: on the way here a key was none of those that are known by name.
static void search(struct search *s, const struct read_key *at, size_t depth, bool any)
{
    bool end = depth == s->count;
    bool is_all = at->whole && !depth && has_names(at); // the root as a whole

    if (at->whole || end)
        note_read(s, at->whole ? at->whole : any_read(at), any || is_all);
    s->is_named = s->is_named || (end && at->named);
    if (!s->read && !end)
        search_below(s, at, depth, any);
}

enum read_kind view_read(const struct values_view *view, const struct span *keys, size_t count,
                         const struct chart_read **read)
{
    size_t skip = view_global(view->input.chart, keys, count);
    struct search s = {.keys = keys + skip, .count = count - skip};

    search(&s, view->reads, 0, false);
    if (read)
        *read = s.read ? s.read : s.any;
    return s.read ? READ_YES : s.any ? READ_ANY : s.is_named ? READ_NAMED : READ_NOT;
}

// --- charts ---

size_t view_global(const struct chart *chart, const struct span *keys, size_t count)
{
    size_t i = 0;

    while (chart && i < count) {
        chart_uses uses CLEANUP(chart_uses_free) = {0};
        const struct chart *below = NULL;

        chart_uses_of(chart, NULL, NULL, &uses);
        VEC_FOREACH (const struct chart_use *, use, &uses)
            if (span_eq(use->name, keys[i]))
                below = use->subchart;
        chart = below;
        i += below != NULL;
    }
    return i < count && span_is(keys[i], "global") ? i : 0;
}

void view_charts(const struct chart *chart, const struct span *keys, size_t count,
                 view_on_default on_default, void *data)
{
    chart_uses uses CLEANUP(chart_uses_free) = {0};

    if (count > 1)
        chart_uses_of(chart, NULL, NULL, &uses);
    VEC_FOREACH (const struct chart_use *, use, &uses)
        if (span_eq(use->name, keys[0]))
            view_charts(use->subchart, keys + 1, count - 1, on_default, data);
    on_default(data, chart, keys, count);
}

struct defaults {
    const struct node *found;
    const struct doc *doc;
};

// The last one that has it: the outermost chart.
static void find_default(void *data, const struct chart *chart, const struct span *keys,
                         size_t count)
{
    const struct node *found = values_at(chart->values, keys, count);

    if (found && !node_is(found, NODE_NULL))
        *(struct defaults *)data = (struct defaults){found, chart->values_doc};
}

const struct node *view_default(const struct values_view *view, const struct span *keys,
                                size_t count, const struct doc **doc)
{
    struct defaults defaults = {0};

    view_charts(view->input.chart, keys, count, find_default, &defaults);
    if (doc)
        *doc = defaults.doc;
    return defaults.found;
}

// --- showing ---

const char *view_type(const struct node *n)
{
    switch (n ? (enum node_type)n->type : NODE_NULL) {
    case NODE_NULL: break;
    case NODE_BOOL: return "boolean";
    case NODE_INT:
    case NODE_FLOAT: return "number";
    case NODE_STRING: return "text";
    case NODE_SEQ: return "list";
    case NODE_MAP: return "map";
    }
    return "null";
}

const char *view_show(struct arena *a, const struct node *n)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    size_t end = SHOWN_MAX;

    doc_write_json(n, false, &text);
    if (text.len <= end)
        return arena_str(a, buf_str(&text));
    while (end && ((unsigned char)buf_str(&text)[end] & 0xc0) == 0x80) // not within a letter
        end--;
    return arena_printf(a, "%.*s...", (int)end, buf_str(&text));
}

const char *view_file(const struct doc *doc, const struct node *n)
{
    return doc ? doc_file_name(doc, n->file) : "";
}

// --- the view ---

static int find_reads(struct values_view *view, struct err **err)
{
    const struct values_input *in = &view->input;

    view->list = in->rendering ? &in->rendering->reads : NULL;
    if (!in->rendering) {
        struct chart_target target = *in->target;

        target.skip_schema = true;
        view->found = chart_find_reads(in->chart, in->given, &target, err);
        if (!view->found && !in->failure)
            return -1;
        if (!view->found) { // a template that cannot be parsed is told as the failure
            err_clear(err);
            return 0;
        }
        view->list = &view->found->reads;
    }
    view->reads = ARENA_NEW(view->arena, struct read_key);
    VEC_FOREACH (const struct chart_read *, read, view->list)
        add_read(view, read);
    return 0;
}

struct values_view *values_view_new(const struct values_input *input, struct err **err)
{
    struct values_view *view CLEANUP(values_view_cleanup) = MEM_NEW(struct values_view);

    view->input = *input;
    view->doc = doc_new();
    view->arena = arena_new();
    view->all = chart_effective_values(view->doc, input->chart, input->given, input->target, err);
    if (!view->all || find_reads(view, err) < 0)
        return NULL;
    return STEAL(view);
}

void values_view_free(struct values_view *view)
{
    if (!view)
        return;
    chart_rendering_free(view->found);
    arena_free(view->arena);
    doc_free(view->doc);
    free(view);
}

const struct node *values_effective(const struct values_view *view, const struct doc **doc)
{
    if (doc)
        *doc = view->doc;
    return view->all;
}
