// SPDX-License-Identifier: Apache-2.0
// The dot of each chart (Helm 4.2, pkg/engine/engine.go, recAllTpls and sortTemplates).
#include "model/chart/render/context.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "model/chart/render/objects.h"

static bool is_library(const struct chart *chart)
{
    return strcasecmp(node_get_str(chart->meta, "type"), "library") == 0;
}

static struct span base_of(struct span path)
{
    size_t slash = span_rfind(path, '/');

    return slash < path.len ? span_tail(path, slash + 1) : path;
}

static size_t depth_of(struct span path)
{
    size_t depth = 0;

    for (size_t i = 0; i < path.len; i++)
        depth += path.ptr[i] == '/';
    return depth;
}

static void add_templates(struct arena *a, const struct chart_instance *instance,
                          struct value_map *dot, context_templates *out)
{
    struct span base_path = arena_join(a, instance->path, '/', SPAN("templates"));

    VEC_FOREACH (const struct chart_file *, file, &instance->chart->templates) {
        struct span path = arena_join(a, instance->path, '/', span_str(file->path));
        struct context_template template = {.path = path,
                                            .text = file->content,
                                            .depth = depth_of(path),
                                            .instance = instance,
                                            .dot = dot,
                                            .base_path = base_path,
                                            .is_partial = span_starts(base_of(path), "_")};

        if (template.is_partial || !is_library(instance->chart))
            vec_push(out, template);
    }
}

// The values of a chart: what its parent's have under its name, which may be a path.
static struct value values_of(struct arena *a, const struct value_map *parent,
                              const struct chart_instance *instance)
{
    struct value values, found;
    struct span name = instance->name, key;

    if (!value_get(parent, SPAN("Values"), &values))
        return object_values(value_new_map(a, VALUE_MAP).map);
    found = values.object.class->unfold(a, values.object.data);
    while (span_next(&name, '.', &key))
        if (found.type != VALUE_MAP || !value_get(found.map, key, &found) ||
            found.type != VALUE_MAP)
            return object_values(value_new_map(a, VALUE_MAP).map);
    return object_values(found.map);
}

static struct value collect(struct arena *a, const struct chart_instance *instance,
                            const struct context_common *common, struct value values,
                            context_templates *out)
{
    struct value dot = value_new_map(a, VALUE_MAP), subcharts = value_new_map(a, VALUE_MAP);

    value_set(a, dot.map, SPAN("Chart"), object_chart(a, instance));
    value_set(a, dot.map, SPAN("Files"), object_files(a, &instance->chart->files, common->trouble));
    value_set(a, dot.map, SPAN("Release"), common->release);
    value_set(a, dot.map, SPAN("Capabilities"), common->capabilities);
    value_set(a, dot.map, SPAN("Values"), values);
    value_set(a, dot.map, SPAN("Subcharts"), subcharts);
    for (size_t i = 0; i < instance->subcharts.len; i++) {
        const struct chart_instance *subchart = instance->subcharts.items[i];

        value_set(a, subcharts.map, subchart->name,
                  collect(a, subchart, common, values_of(a, dot.map, subchart), out));
    }
    add_templates(a, instance, dot.map, out);
    return dot;
}

// Of one path the later one is first.
static int compare(const void *a, const void *b)
{
    const struct context_template *x = *(const struct context_template *const *)a;
    const struct context_template *y = *(const struct context_template *const *)b;
    int order;

    if (x->depth != y->depth)
        return x->depth > y->depth ? -1 : 1;
    order = span_cmp(y->path, x->path);
    return order ? order : (x < y) - (x > y);
}

// Keeps the last one of each path.
static void sort(context_templates *all)
{
    size_t len = all->len;
    const struct context_template **order = mem_zalloc(len, sizeof(struct context_template *));
    context_templates sorted = {mem_zalloc(len, sizeof(*all->items)), 0, len};

    for (size_t i = 0; i < len; i++)
        order[i] = &all->items[i];
    qsort(order, len, sizeof(*order), compare);
    for (size_t i = 0; i < len; i++)
        if (!i || !span_eq(order[i]->path, order[i - 1]->path))
            sorted.items[sorted.len++] = *order[i];
    free(order);
    vec_free(all);
    *all = sorted;
}

void context_collect(struct arena *a, const struct chart_instance *root,
                     const struct context_common *common, context_templates *out)
{
    (void)collect(a, root, common, object_values(common->values.map), out);
    if (out->len)
        sort(out);
}

void context_enter(struct arena *a, const struct context_template *template)
{
    struct value map = value_new_map(a, VALUE_MAP);

    value_set(a, map.map, SPAN("Name"), value_string(template->path));
    value_set(a, map.map, SPAN("BasePath"), value_string(template->base_path));
    value_set(a, template->dot, SPAN("Template"), object_values(map.map));
}
