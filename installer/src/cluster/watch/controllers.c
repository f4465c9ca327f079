// SPDX-License-Identifier: Apache-2.0
// Finding the controllers of Flux.
#include "cluster/watch/controllers.h"

#include "model/flux.h"

struct search {
    const char *component;
    const struct node *found;
};

const char *controllers_name(struct span group, struct span kind)
{
    static const struct {
        const char *group, *kind, *name; // no kind: all others of the group
    } rows[] = {
        {FLUX_HELM_GROUP, NULL, "helm-controller"},
        {FLUX_KUSTOMIZE_GROUP, NULL, "kustomize-controller"},
        {FLUX_SOURCE_GROUP, NULL, "source-controller"},
        {"notification" FLUX_GROUP_SUFFIX, NULL, "notification-controller"},
        {"image" FLUX_GROUP_SUFFIX, "ImageUpdateAutomation", "image-automation-controller"},
        {"image" FLUX_GROUP_SUFFIX, NULL, "image-reflector-controller"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (span_is(group, rows[i].group) && (!rows[i].kind || span_is(kind, rows[i].kind)))
            return rows[i].name;
    return NULL;
}

static int consider(void *data, const struct node *deployment, struct err **err UNUSED)
{
    struct search *s = data;
    const struct node *labels = node_path(deployment, "metadata", "labels");

    if (span_is(node_get_text(labels, CONTROLLERS_PART_OF), "flux") &&
        span_is(node_get_text(labels, CONTROLLERS_COMPONENT), s->component))
        s->found = deployment;
    return 0;
}

const struct node *controllers_find(struct informers *inf, struct span group)
{
    struct search s = {.component = controllers_name(group, SPAN_EMPTY)};

    if (s.component)
        informers_each(inf, "apps", "Deployment", consider, &s);
    return s.found;
}

bool controllers_is_down(const struct node *deployment)
{
    return node_get_int(node_get(deployment, "status"), "readyReplicas", 0) == 0;
}
