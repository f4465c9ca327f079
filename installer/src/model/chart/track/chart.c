// SPDX-License-Identifier: Apache-2.0
// Values that Chart.yaml reads: conditions and tags of dependencies, what a parent imports.
#include "model/chart/track/track.h"

struct naming {
    struct track *track;
    struct template_path up; // of the chart's values
    struct span file;        // "chart/Chart.yaml"
    const struct node *row;
};

static void add(const struct naming *n, const struct template_path *up, struct span keys,
                unsigned how)
{
    struct template_path path;
    struct span key;

    if (!span_next(&keys, '.', &key)) {
        track_add(n->track, up, how, n->file, n->row->line);
        return;
    }
    path = (struct template_path){up, key};
    add(n, &path, keys, how);
}

static void add_import(const struct naming *n, const struct template_path *section,
                       const struct node *item)
{
    struct template_path exports = {section, SPAN("exports")};

    if (node_is(item, NODE_MAP))
        add(n, section, node_get_text(item, "child"), CHART_READ_CHART | CHART_READ_WHOLE);
    else
        add(n, &exports, node_text(item), CHART_READ_CHART | CHART_READ_WHOLE);
}

static bool is_on(const struct chart_instance *instance, struct span name)
{
    for (size_t i = 0; i < instance->subcharts.len; i++)
        if (span_eq(instance->subcharts.items[i]->name, name))
            return true;
    return false;
}

static void add_row(const struct naming *n, const struct chart_instance *instance)
{
    struct span conditions = node_get_text(n->row, "condition"), condition;
    struct span alias = node_get_text(n->row, "alias");
    struct template_path root = {0}, tags = {&root, SPAN("tags")};
    struct template_path section = {&n->up, alias.len ? alias : node_get_text(n->row, "name")};

    while (span_next(&conditions, ',', &condition))
        add(n, &n->up, span_trim(condition), CHART_READ_CHART);
    NODE_FOREACH_ITEM (tag, node_get(n->row, "tags"))
        add(n, &tags, node_text(tag), CHART_READ_CHART);
    NODE_FOREACH_ITEM (item, node_get(n->row, "import-values"))
        add_import(n, &section, item);
    if (!is_on(instance, section.key))
        track_add(n->track, &section, CHART_READ_OFF | CHART_READ_WHOLE, n->file, n->row->line);
}

static void add_chart(struct track *track, const struct chart_instance *instance,
                      const struct template_path *up)
{
    struct naming n = {.track = track, .up = *up};

    n.file = span_str(arena_printf(track->arena, "%.*s/Chart.yaml", SPAN_ARG(instance->path)));
    NODE_FOREACH_ITEM (row, instance->chart->dependencies) {
        n.row = row;
        add_row(&n, instance);
    }
    for (size_t i = 0; i < instance->subcharts.len; i++) {
        struct template_path below = {up, instance->subcharts.items[i]->name};

        add_chart(track, instance->subcharts.items[i], &below);
    }
}

void track_of_charts(struct track *track)
{
    struct template_path root = {0};

    add_chart(track, track->root, &root);
}
