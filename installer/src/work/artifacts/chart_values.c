// SPDX-License-Identifier: Apache-2.0
// Values of charts, by Helm's rules (CoalesceValues, ProcessDependencies): user over defaults,
// subcharts below their names, conditions and tags. import-values is not followed.
#include <string.h>

#include "work/artifacts/chart.h"

static void merge_into(struct doc *d, struct node *under, const struct node *over)
{
    NODE_FOREACH_PAIR (pair, over) {
        struct node *below = node_get_span(under, pair->key);

        if (node_is(pair->value, NODE_MAP) && node_is(below, NODE_MAP))
            merge_into(d, below, pair->value);
        else
            node_set(d, under, pair->key, node_copy(d, pair->value));
    }
}

struct node *chart_merge(struct walk *w, const struct node *under, const struct node *over)
{
    struct doc *d = walk_doc(w);
    struct node *result = node_is(under, NODE_MAP) ? node_copy(d, under) : node_new_map(d);

    merge_into(d, result, over);
    return result;
}

// --- which subcharts, under which names ---

static bool same_version(struct span a, struct span b)
{
    (void)span_skip(&a, "v");
    (void)span_skip(&b, "v");
    return span_eq(a, b);
}

// One version and no range: "1.2.3-rc.1".
static bool is_one_version(struct span version)
{
    size_t dots = 0;

    (void)span_skip(&version, "v");
    for (size_t i = 0; i < version.len; i++) {
        if (strchr("<>=~^*|, xX", version.ptr[i]))
            return false;
        dots += version.ptr[i] == '.';
    }
    return dots >= 2;
}

// By name and version; a range is taken to fit.
static bool declares(const struct node *dependency, const struct chart *subchart)
{
    struct span version = node_scalar(node_get(dependency, "version"));

    if (!span_eq(node_get_text(dependency, "name"), node_get_text(subchart->meta, "name")))
        return false;
    return !is_one_version(version) ||
           same_version(version, node_scalar(node_get(subchart->meta, "version")));
}

// The first of the paths that leads to a boolean decides; -1 when none does.
static int condition_of(struct span paths, const struct node *values)
{
    struct span path, part;

    while (span_next(&paths, ',', &path)) {
        const struct node *at = values;

        path = span_trim(path);
        while (span_next(&path, '.', &part))
            at = node_get_span(at, part);
        if (node_is(at, NODE_BOOL))
            return node_bool(at, false);
    }
    return -1;
}

// Off when one of the tags is false and none is true.
static bool tags_allow(const struct node *dependency, const struct node *tags)
{
    bool off = false;

    NODE_FOREACH_ITEM (tag, node_get(dependency, "tags")) {
        const struct node *value = node_get_span(tags, node_text(tag));

        if (node_bool(value, false))
            return true;
        off = off || node_is(value, NODE_BOOL);
    }
    return !off;
}

static struct chart_use use_of(const struct node *dependency, const struct chart *subchart,
                               const struct node *values, const struct node *tags)
{
    struct span alias = node_get_text(dependency, "alias");
    int condition = condition_of(node_get_text(dependency, "condition"), values);

    return (struct chart_use){
        .name = alias.len ? alias : node_get_text(subchart->meta, "name"),
        .on = condition < 0 ? tags_allow(dependency, tags) : condition > 0,
    };
}

void chart_subchart_uses(struct walk *w, const struct chart *chart, const struct chart *subchart,
                         const struct node *values, const struct node *tags, chart_uses *out)
{
    for (size_t i = 0; i < ARRAY_LEN(chart->dependencies); i++) {
        NODE_FOREACH_ITEM (dependency, chart->dependencies[i])
            if (declares(dependency, subchart))
                vec_push_arena(w->arena, out, use_of(dependency, subchart, values, tags));
    }
    if (!out->len)
        vec_push_arena(w->arena, out,
                       ((struct chart_use){node_get_text(subchart->meta, "name"), true}));
}

// --- defaults under values ---

struct coalescing {
    struct walk *w;
    struct doc *d;
    size_t uses; // of subcharts so far
    struct err **err;
};

static void add_default(struct doc *d, struct node *values, const struct pair *pair, bool keep);

// Adds the defaults that `values` lack. A null takes its default away, unless it has to last until
// a subchart's own defaults come (`keep`).
static void add_defaults(struct doc *d, struct node *values, const struct node *defaults, bool keep)
{
    NODE_FOREACH_PAIR (pair, defaults)
        add_default(d, values, pair, keep);
}

static void add_default(struct doc *d, struct node *values, const struct pair *pair, bool keep)
{
    struct node *given = node_get_span(values, pair->key);

    if (!given && !node_is(pair->value, NODE_NULL))
        node_set(d, values, pair->key, node_copy(d, pair->value));
    else if (node_is(given, NODE_MAP) && node_is(pair->value, NODE_MAP))
        add_defaults(d, given, pair->value, keep);
    else if (node_is(given, NODE_NULL) && !keep)
        node_remove(values, pair->key);
}

static struct node *map_at(struct doc *d, struct node *values, struct span name)
{
    struct node *map = node_get_span(values, name);

    if (!node_is(map, NODE_MAP)) {
        map = node_new_map(d);
        node_set(d, values, name, map);
    }
    return map;
}

static int coalesce(struct coalescing *c, const struct chart *chart, struct node *values);

// The values of a subchart: its section, the parent's globals over its own, its defaults.
static int coalesce_subchart(struct coalescing *c, const struct chart *subchart,
                             struct node *values, struct span name)
{
    struct node *section = map_at(c->d, values, name);
    const struct node *global = node_get(values, "global");

    if (++c->uses > CHART_SUBCHARTS_MAX)
        return err_set(c->err, ERR_CONFIG, "more than %d subcharts", CHART_SUBCHARTS_MAX);
    if (node_is(global, NODE_MAP))
        merge_into(c->d, map_at(c->d, section, SPAN("global")), global);
    return coalesce(c, subchart, section);
}

bool chart_is_section(struct walk *w, const struct chart *chart, struct span key)
{
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts) {
        chart_uses uses = {0};

        chart_subchart_uses(w, chart, *it, NULL, NULL, &uses);
        VEC_FOREACH (const struct chart_use *, use, &uses)
            if (span_eq(use->name, key))
                return true;
    }
    return false;
}

static int coalesce(struct coalescing *c, const struct chart *chart, struct node *values)
{
    NODE_FOREACH_PAIR (pair, chart->values)
        add_default(c->d, values, pair, chart_is_section(c->w, chart, pair->key));
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts) {
        chart_uses uses = {0};

        chart_subchart_uses(c->w, chart, *it, NULL, NULL, &uses);
        VEC_FOREACH (const struct chart_use *, use, &uses)
            if (coalesce_subchart(c, *it, values, use->name) < 0)
                return -1;
    }
    return 0;
}

struct node *chart_values(struct walk *w, const struct chart *chart, const struct node *given,
                          struct err **err)
{
    struct coalescing c = {.w = w, .d = walk_doc(w), .err = err};
    struct node *values = node_is(given, NODE_MAP) ? node_copy(c.d, given) : node_new_map(c.d);

    return coalesce(&c, chart, values) < 0 ? NULL : values;
}
