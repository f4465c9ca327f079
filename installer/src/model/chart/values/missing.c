// SPDX-License-Identifier: Apache-2.0
// Dependencies that charts/ lacks (Helm's CheckDependencies: by name only).
#include "model/chart.h"

static bool has_subchart(const struct chart *chart, struct span name)
{
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts)
        if (span_eq(node_get_text((*it)->meta, "name"), name))
            return true;
    return false;
}

static struct span locked_version(const struct chart *chart, struct span name)
{
    NODE_FOREACH_ITEM (item, node_get(chart->lock, "dependencies"))
        if (span_eq(node_get_text(item, "name"), name))
            return node_get_text(item, "version");
    return SPAN_EMPTY;
}

void chart_find_missing(const struct chart *chart, chart_missings *out)
{
    NODE_FOREACH_ITEM (item, chart->dependencies) {
        struct span name = node_get_text(item, "name");
        struct span locked = locked_version(chart, name);

        if (!has_subchart(chart, name))
            vec_push(out,
                     (struct chart_missing){name, node_get_text(item, "repository"),
                                            locked.len ? locked : node_get_text(item, "version")});
    }
}
