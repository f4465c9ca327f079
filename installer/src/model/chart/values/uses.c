// SPDX-License-Identifier: Apache-2.0
// How a chart uses its subcharts: under which names, and whether at all (Helm's
// ProcessDependencies: aliases, conditions and tags).
#include "base/semver_range.h"
#include "model/chart.h"

static bool declares(const struct node *dependency, const struct chart *subchart)
{
    return span_eq(node_get_text(dependency, "name"), node_get_text(subchart->meta, "name")) &&
           semver_is_in(node_get_text(subchart->meta, "version"),
                        node_get_text(dependency, "version"));
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
        .subchart = subchart,
        .name = alias.len ? alias : node_get_text(subchart->meta, "name"),
        .on = condition < 0 ? tags_allow(dependency, tags) : condition > 0,
    };
}

void chart_uses_of(const struct chart *chart, const struct node *values, const struct node *tags,
                   chart_uses *out)
{
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts) {
        size_t before = out->len;

        NODE_FOREACH_ITEM (dependency, chart->dependencies)
            if (declares(dependency, *it))
                vec_push(out, use_of(dependency, *it, values, tags));
        if (out->len == before)
            vec_push(out, (struct chart_use){*it, node_get_text((*it)->meta, "name"), true});
    }
}

bool chart_uses_name(const chart_uses *uses, struct span name)
{
    VEC_FOREACH (const struct chart_use *, use, uses)
        if (span_eq(use->name, name))
            return true;
    return false;
}

void chart_uses_free(chart_uses *uses)
{
    vec_free(uses);
}
