// SPDX-License-Identifier: Apache-2.0
// Values of charts, by Helm's rules (CoalesceValues): user over defaults, subcharts below their
// names. import-values is not followed.
#include "model/chart.h"

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

struct coalescing {
    struct doc *d;
    size_t uses; // of subcharts so far
    struct err **err;
};

static int coalesce(struct coalescing *c, const struct chart *chart, struct node *values);

// The values of a subchart: its section, the parent's globals over its own, its defaults.
static int coalesce_subchart(struct coalescing *c, const struct chart_use *use, struct node *values)
{
    struct node *section = map_at(c->d, values, use->name);
    const struct node *global = node_get(values, "global");

    if (++c->uses > CHART_SUBCHARTS_MAX)
        return err_set(c->err, ERR_CONFIG, "more than %d subcharts", CHART_SUBCHARTS_MAX);
    if (node_is(global, NODE_MAP))
        chart_merge(c->d, map_at(c->d, section, SPAN("global")), global);
    return coalesce(c, use->subchart, section);
}

// Also of subcharts that are off: a condition may be among their own defaults.
static int coalesce(struct coalescing *c, const struct chart *chart, struct node *values)
{
    chart_uses uses CLEANUP(chart_uses_free) = {0};

    chart_uses_of(chart, NULL, NULL, &uses);
    NODE_FOREACH_PAIR (pair, chart->values)
        add_default(c->d, values, pair, chart_uses_name(&uses, pair->key));
    VEC_FOREACH (const struct chart_use *, use, &uses)
        if (coalesce_subchart(c, use, values) < 0)
            return -1;
    return 0;
}

struct node *chart_values(struct doc *d, const struct chart *chart, const struct node *given,
                          struct err **err)
{
    struct coalescing c = {.d = d, .err = err};
    struct node *values = node_is(given, NODE_MAP) ? node_copy(d, given) : node_new_map(d);

    return coalesce(&c, chart, values) < 0 ? NULL : values;
}
