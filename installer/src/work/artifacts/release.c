// SPDX-License-Identifier: Apache-2.0
// HelmReleases: the chart, its values as far as the tree gives them, and its packages.
#include "work/artifacts/release.h"

#include "work/artifacts/chart.h"
#include "work/artifacts/chart_images.h"
#include "work/artifacts/packages.h"

// Lays the values in a ConfigMap of the tree over `values`. Those in Secrets are empty holders in a
// tree without secrets in clear: they are left out.
static int add_values_from(struct walk *w, const struct flux_values *from, struct doc *d,
                           struct node *values, struct err **err)
{
    const struct walk_object *holder = walk_find(w, &from->from);
    struct doc *source CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};

    if (!holder || !span_is(holder->id.kind, "ConfigMap"))
        return 0;
    if (doc_read_helm(source, node_get_text(node_get(holder->node, "data"), from->key),
                      holder->label, &list, err) < 0)
        return -1;
    if (list.len && !from->is_one_value)
        chart_merge(d, values, list.items[0]);
    return 0;
}

// What the chart's templates would see, in `d`.
static const struct node *merged_values(struct walk *w, const struct walk_object *object,
                                        const struct chart *chart, struct doc *d, struct err **err)
{
    const struct node *spec = node_get(object->node, "spec");
    struct doc *given CLEANUP(doc_cleanup) = doc_new();
    struct node *values = node_new_map(given);

    NODE_FOREACH_ITEM (entry, node_get(spec, "valuesFrom")) {
        struct flux_values from = flux_values_from(object->node, entry);

        if (add_values_from(w, &from, given, values, err) < 0)
            return NULL;
    }
    chart_merge(given, values, node_get(spec, "values"));
    return chart_values(d, chart, values, err);
}

static struct chart *chart_of_git(struct walk *w, const struct walk_object *object,
                                  const struct walk_object *repository, struct err **err)
{
    struct sources_git *git = walk_git_repository(w, repository, err);

    return git ? chart_from_git(w, git, flux_chart_path(object->node), object->label, err) : NULL;
}

static struct chart *chart_of_artifact(struct walk *w, const struct walk_object *repository,
                                       struct err **err)
{
    const char *reference = flux_oci_reference(w->arena, repository->node, err);

    if (reference)
        return chart_from_oci(w, span_str(reference), repository->label, err);
    err_wrap(err, "%s", repository->label);
    return NULL;
}

static struct chart *chart_of_repository(struct walk *w, const struct walk_object *object,
                                         const struct walk_object *repository, struct err **err)
{
    struct chart_wanted wanted = {.name = {flux_url(repository->node),
                                           flux_chart_path(object->node),
                                           flux_chart_version(object->node)},
                                  .field = "spec.chart.spec.version"};

    if (flux_is_registry(repository->node) == span_starts(wanted.name.repository, "oci://"))
        return chart_from_repository(w, &wanted, object->label, err);
    err_set(err, ERR_CONFIG, "%s: spec.url '%.*s' and spec.type do not fit together",
            repository->label, SPAN_ARG(wanted.name.repository));
    err_hint(err, "oci:// needs the type oci, https:// the type default");
    return NULL;
}

static struct chart *find_chart(struct walk *w, const struct walk_object *object, struct err **err)
{
    const struct walk_object *source = walk_find_source(w, object, err);

    if (!source)
        return NULL;
    switch (flux_kind(&source->id)) {
    case FLUX_GIT_REPOSITORY: return chart_of_git(w, object, source, err);
    case FLUX_HELM_REPOSITORY: return chart_of_repository(w, object, source, err);
    case FLUX_OCI_REPOSITORY: return chart_of_artifact(w, source, err);
    default:
        err_set(err, ERR_UNSUPPORTED, "%s: a chart from a %.*s cannot be followed yet",
                object->label, SPAN_ARG(source->id.kind));
        return NULL;
    }
}

int release_follow(struct walk *w, const struct walk_object *object, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = find_chart(w, object, err);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *values;

    if (!chart)
        return -1;
    if (flux_has_values_files(object->node) && !w->frozen)
        report_warn(w->report, "lock",
                    "%s: valuesFiles are not read; images that only they name "
                    "are left out",
                    object->label);
    values = merged_values(w, object, chart, d, err);
    if (!values)
        return err_wrap(err, "%s", object->label);
    if (chart_images(w, chart, values, object->label, err) < 0)
        return -1;
    return packages_follow(w, values, object->label, err);
}
