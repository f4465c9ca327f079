// SPDX-License-Identifier: Apache-2.0
// The values that the templates of a chart see, without them.
#include "model/chart/render/objects.h"

struct node *chart_effective_values(struct doc *d, const struct chart *chart,
                                    const struct node *given, const struct chart_target *target,
                                    struct err **err)
{
    struct kube_version version = {0};
    chart_warnings warnings = {0}; // in the arena of the doc; a rendering tells of them
    const struct chart_instance *instance;

    if (object_kube_version(doc_arena(d), target->kube_version, &version, err) < 0)
        return NULL;
    instance = chart_instantiate(d, chart, given, target->given_doc, version.plain, &warnings, err);
    return instance ? instance->values : NULL;
}
