// SPDX-License-Identifier: Apache-2.0
// Finding the controllers of Flux.
#include "cluster/controllers.h"

#include "model/flux.h"

// fluxcd/flux2 manifests/bases: part-of=flux, component=<controller>.
#define PART_OF "app.kubernetes.io/part-of"
#define COMPONENT "app.kubernetes.io/component"

struct search {
    const char *component;
    const struct node *found;
};

static const char *component_of(struct span group)
{
    static const struct {
        const char *group, *component;
    } rows[] = {
        {FLUX_HELM_GROUP, "helm-controller"},
        {FLUX_KUSTOMIZE_GROUP, "kustomize-controller"},
        {FLUX_SOURCE_GROUP, "source-controller"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (span_is(group, rows[i].group))
            return rows[i].component;
    return NULL;
}

static int consider(void *data, const struct node *deployment, struct err **err UNUSED)
{
    struct search *s = data;
    const struct node *labels = node_path(deployment, "metadata", "labels");

    if (span_is(node_get_text(labels, PART_OF), "flux") &&
        span_is(node_get_text(labels, COMPONENT), s->component))
        s->found = deployment;
    return 0;
}

const struct node *controllers_find(struct informers *inf, struct span group)
{
    struct search s = {.component = component_of(group)};

    if (s.component)
        informers_each(inf, "apps", "Deployment", consider, &s);
    return s.found;
}

bool controllers_is_down(const struct node *deployment)
{
    return node_get_int(node_get(deployment, "status"), "readyReplicas", 0) == 0;
}
