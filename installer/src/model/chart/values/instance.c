// SPDX-License-Identifier: Apache-2.0
// From a chart and the user's values to what is rendered, in the order of Helm's stages.
#include "model/chart/values/instance.h"

#include <string.h>

#include "base/semver_range.h"
#include "model/chart/values/stages.h"

static int check_type(const struct chart *chart, struct err **err)
{
    struct span type = node_get_text(chart->meta, "type");

    if (!type.len || span_is(type, "application"))
        return 0;
    err_set(err, ERR_CONFIG, "%.*s charts are not installable", SPAN_ARG(type));
    return err_hint(err, "render a chart that has %s among its dependencies",
                    node_get_str(chart->meta, "name"));
}

static int check_dependencies(const struct chart *chart, struct err **err)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    chart_missings missing = {0};

    chart_find_missing(chart, &missing);
    VEC_FOREACH (const struct chart_missing *, m, &missing)
        buf_printf(&names, "%s%.*s", names.len ? ", " : "", SPAN_ARG(m->name));
    vec_free(&missing);
    if (!names.len)
        return 0;
    err_set(err, ERR_CONFIG, "found in Chart.yaml, but missing in charts/ directory: %s",
            buf_str(&names));
    return err_hint(err, "'helm dependency build' puts them there");
}

// Only the three numbers of the version of Kubernetes count.
static int check_kubernetes(const struct chart *chart, struct span version, struct err **err)
{
    struct span wanted = node_get_text(chart->meta, "kubeVersion");
    size_t numbers = 0;

    (void)span_skip(&version, "v");
    while (numbers < version.len && strchr("0123456789.", version.ptr[numbers]))
        numbers++;
    if (!wanted.len || semver_is_in(span_head(version, numbers), wanted))
        return 0;
    err_set(err, ERR_CONFIG,
            "chart requires kubeVersion: %.*s which is incompatible with Kubernetes v%.*s",
            SPAN_ARG(wanted), SPAN_ARG(version));
    return err_hint(err, "--kube-version says for which version of Kubernetes to render");
}

static void add_path(const struct part *part, struct buf *out)
{
    if (part->parent) {
        add_path(part->parent, out);
        buf_add_str(out, "/charts/");
    }
    buf_add_span(out, part->meta->name);
}

// The values of a subchart are those that its parent has for it.
static struct chart_instance *instance_of(struct doc *d, const struct part *part,
                                          struct node *values)
{
    struct arena *arena = doc_arena(d);
    struct chart_instance *instance = ARENA_NEW(arena, struct chart_instance);
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    add_path(part, &path);
    instance->chart = part->chart;
    instance->name = arena_span(arena, part->meta->name);
    instance->path = arena_span(arena, buf_span(&path));
    instance->is_root = !part->parent;
    instance->values = values;
    VEC_FOREACH (struct node *const *, row, &part->meta->rows)
        vec_push_arena(arena, &instance->dependencies, node_copy(d, *row));
    VEC_FOREACH (struct part *const *, it, &part->parts)
        vec_push_arena(arena, &instance->subcharts,
                       instance_of(d, *it, node_get_span(values, (*it)->meta->name)));
    return instance;
}

// `stages` is for what only the stages need.
static struct chart_instance *instantiate(struct coalescing *stages, struct coalescing *last,
                                          const struct chart *chart, struct tree given)
{
    struct part *part = part_new(stages->d, chart);
    struct node *values;

    if (stages_enable(stages, part, given) < 0 || stages_import(stages, part) < 0) {
        err_wrap(stages->err, "chart dependencies processing failed");
        return NULL;
    }
    last->steps = stages->steps;
    values = coalesce_values(last, part, given, false);
    return values ? instance_of(last->d, part, values) : NULL;
}

struct chart_instance *chart_instantiate(struct doc *d, const struct chart *chart,
                                         const struct node *given, const struct doc *given_doc,
                                         struct span kube_version, chart_warnings *warnings,
                                         struct err **err)
{
    struct doc *scratch CLEANUP(doc_cleanup) = doc_new();
    struct coalescing stages CLEANUP(coalescing_free) = {
        .d = scratch, .borrows = true, .warnings = warnings, .words = doc_arena(d), .err = err};
    struct coalescing last CLEANUP(coalescing_free) = {
        .d = d, .warnings = warnings, .words = doc_arena(d), .err = err};
    struct chart_instance *instance;

    if (check_type(chart, err) < 0 || check_dependencies(chart, err) < 0)
        return NULL;
    VEC_FOREACH (const char *const *, it, &chart->warnings)
        coalesce_warn(&last, "%s", *it);
    instance = instantiate(&stages, &last, chart, (struct tree){given, given_doc});
    return instance && check_kubernetes(chart, kube_version, err) == 0 ? instance : NULL;
}
