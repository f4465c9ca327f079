// SPDX-License-Identifier: Apache-2.0
// HelmReleases: the chart, its values as far as the tree gives them, and its packages.
#include "work/artifacts/release.h"

#include "work/artifacts/chart_images.h"
#include "work/artifacts/chart_source.h"
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

int release_follow(struct walk *w, const struct walk_object *object, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = chart_of_source(w, object, err);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *values;

    if (!chart)
        return -1;
    values = merged_values(w, object, chart, d, err);
    if (!values)
        return err_wrap(err, "%s", object->label);
    if (chart_images(w, chart, values, object->label, err) < 0)
        return -1;
    return packages_follow(w, values, object->label, err);
}
