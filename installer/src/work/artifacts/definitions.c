// SPDX-License-Identifier: Apache-2.0
// Versions of the API by the definitions of custom resources.
#include "work/artifacts/definitions.h"

#include <string.h>

static void add(struct walk *w, const char *version)
{
    struct span text = span_str(version);

    if (map_get(&w->api_versions, text))
        return;
    (void)map_put(&w->api_versions, text, w);
    vec_push(&w->api_version_list, text);
}

void definitions_add(struct walk *w, const struct deep_object *object)
{
    const struct node *spec = node_get(object->node, "spec");
    struct span group = node_get_text(spec, "group");

    if (!span_is(object->id.group, "apiextensions.k8s.io") ||
        !span_is(object->id.kind, "CustomResourceDefinition"))
        return;
    NODE_FOREACH_ITEM (version, node_get(spec, "versions")) {
        struct span name = node_get_text(version, "name");

        if (!node_get_bool(version, "served", false))
            continue;
        add(w, arena_printf(w->own_arena, "%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(name)));
        add(w, arena_printf(w->own_arena, "%.*s/%.*s/%s", SPAN_ARG(group), SPAN_ARG(name),
                            node_get_str(node_get(spec, "names"), "kind")));
    }
}

bool definitions_are_cluster_scoped(void *walk, struct span group, struct span kind)
{
    const struct walk *w = walk;

    VEC_FOREACH (const struct deep_object *, o, &w->deep->objects) {
        const struct node *spec = node_get(o->node, "spec");

        if (span_is(o->id.kind, "CustomResourceDefinition") &&
            span_eq(node_get_text(spec, "group"), group) &&
            span_eq(node_get_text(node_get(spec, "names"), "kind"), kind))
            return span_is(node_get_text(spec, "scope"), "Cluster");
    }
    return false;
}

static bool is_outdated(const struct walk *w, const struct chart_rendering *rendering)
{
    VEC_FOREACH (const struct chart_question *, q, &rendering->questions)
        if (q->of == CHART_ASKED_API_VERSION && strcmp(q->answer, "true") != 0 &&
            map_get(&w->api_versions, span_str(q->asked)))
            return true;
    return false;
}

bool definitions_change(const struct walk *w)
{
    VEC_FOREACH (const struct deep_by **, it, &w->deep->appliers)
        if ((*it)->result && is_outdated(w, (*it)->result->rendering))
            return true;
    return false;
}
