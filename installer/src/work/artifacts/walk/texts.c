// SPDX-License-Identifier: Apache-2.0
// What people call sources and charts.
#include "work/artifacts/walk/walk.h"

// What a reference of a git repository or an artifact asks for, in the words of the object.
static const char *ref_text(struct walk *w, const struct node *ref)
{
    static const char *const fields[] = {"digest", "commit", "name", "semver", "tag", "branch"};

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct span value = node_scalar(node_get(ref, fields[i]));

        if (value.len)
            return arena_printf(w->arena, " at %s/%.*s", fields[i], SPAN_ARG(value));
    }
    return "";
}

const char *walk_source_text(struct walk *w, const struct deep_object *source)
{
    enum flux_kind kind = flux_kind(&source->id);
    struct span url = flux_url(source->node);
    const char *ref = ref_text(w, node_path(source->node, "spec", "ref"));

    if (kind == FLUX_GIT_REPOSITORY)
        return arena_printf(w->arena, "git %.*s%s", SPAN_ARG(url), ref);
    if (kind == FLUX_OCI_REPOSITORY)
        return arena_printf(w->arena, "artifact %.*s%s", SPAN_ARG(url), ref);
    return url.len ? arena_printf(w->arena, "%.*s", SPAN_ARG(url)) : source->label;
}

const char *walk_chart_text(struct walk *w, const struct deep_object *object)
{
    const struct deep_object *source;
    const struct node *spec = flux_kind(&object->id) == FLUX_HELM_CHART
                                  ? node_get(object->node, "spec")
                                  : node_path(object->node, "spec", "chart", "spec");
    struct span chart = node_get_text(spec, "chart"),
                version = node_scalar(node_get(spec, "version"));
    struct identity ref;

    (void)flux_source(object->node, &ref);
    source = walk_find(w, &ref);
    if (!source)
        return "";
    if (flux_kind(&source->id) == FLUX_HELM_CHART)
        return walk_chart_text(w, source);
    if (flux_kind(&source->id) == FLUX_HELM_REPOSITORY)
        return arena_printf(w->arena, "chart %.*s/%.*s%s%.*s", SPAN_ARG(flux_url(source->node)),
                            SPAN_ARG(chart), version.len ? ":" : "", SPAN_ARG(version));
    if (!chart.len)
        return arena_printf(w->arena, "chart of %s", walk_source_text(w, source));
    return arena_printf(w->arena, "chart %.*s of %s", SPAN_ARG(chart), walk_source_text(w, source));
}
