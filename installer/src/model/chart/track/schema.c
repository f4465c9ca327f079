// SPDX-License-Identifier: Apache-2.0
// Values that values.schema.json names.
#include "model/chart/track/track.h"

enum { DEPTH_MAX = 24, NAMES_MAX = 50000 };

struct naming {
    struct track *track;
    const struct node *root;
    struct span file;
    size_t names;
};

static void name_all(struct naming *n, const struct node *schema, const struct template_path *up,
                     unsigned depth);

static void name(struct naming *n, const struct node *schema, const struct template_path *up,
                 struct span key, uint32_t line, unsigned depth)
{
    struct template_path path = {up, key};

    if (++n->names > NAMES_MAX)
        return;
    track_add(n->track, &path, CHART_READ_SCHEMA, n->file, line);
    name_all(n, schema, &path, depth + 1);
}

// What a reference within the same file leads to, or NULL.
static const struct node *referred(const struct naming *n, struct span reference)
{
    const struct node *at = n->root;
    struct span key;

    if (!span_skip(&reference, "#"))
        return NULL;
    (void)span_skip(&reference, "/");
    while (span_next(&reference, '/', &key))
        at = node_get_span(at, key);
    return at;
}

static void name_lists(struct naming *n, const struct node *schema, const struct template_path *up,
                       unsigned depth)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    static const char *const single[] = {"if", "then", "else"};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        NODE_FOREACH_ITEM (item, node_get(schema, lists[i]))
            name_all(n, item, up, depth + 1);
    for (size_t i = 0; i < ARRAY_LEN(single); i++)
        name_all(n, node_get(schema, single[i]), up, depth + 1);
}

static void name_all(struct naming *n, const struct node *schema, const struct template_path *up,
                     unsigned depth)
{
    static const char *const any[] = {"items", "additionalProperties"};

    if (!schema || !node_is(schema, NODE_MAP) || depth > DEPTH_MAX || n->names > NAMES_MAX)
        return;
    NODE_FOREACH_PAIR (pair, node_get(schema, "properties"))
        name(n, pair->value, up, pair->key, pair->line, depth);
    NODE_FOREACH_PAIR (pair, node_get(schema, "patternProperties"))
        name(n, pair->value, up, SPAN(TEMPLATE_ANY_KEY), pair->line, depth);
    for (size_t i = 0; i < ARRAY_LEN(any); i++)
        if (node_is(node_get(schema, any[i]), NODE_MAP))
            name(n, node_get(schema, any[i]), up, SPAN(TEMPLATE_ANY_KEY), schema->line, depth);
    name_lists(n, schema, up, depth);
    name_all(n, referred(n, node_get_text(schema, "$ref")), up, depth + 1);
}

static void name_chart(struct track *track, const struct chart_instance *instance,
                       const struct template_path *up)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct naming n = {.track = track};

    n.file =
        span_str(arena_printf(track->arena, "%.*s/values.schema.json", SPAN_ARG(instance->path)));
    if (instance->chart->schema.ptr) // one that cannot be read is refused elsewhere
        n.root = doc_read_json(d, instance->chart->schema, "values.schema.json", ERR_CONFIG, &err);
    name_all(&n, n.root, up, 0);
    for (size_t i = 0; i < instance->subcharts.len; i++) {
        struct template_path below = {up, instance->subcharts.items[i]->name};

        name_chart(track, instance->subcharts.items[i], &below);
    }
}

void track_of_schemas(struct track *track)
{
    struct template_path root = {0};

    name_chart(track, track->root, &root);
}
