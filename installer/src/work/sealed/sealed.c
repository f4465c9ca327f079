// SPDX-License-Identifier: Apache-2.0
// Looking at all pods and sources of a cluster.
#include "work/sealed/look.h"

#include "model/flux.h"

// A kind that the cluster does not have has no objects.
static int list(struct look_at *l, const char *group, const char *kind, kube_object_fn *each,
                struct err **err)
{
    struct kube_selection selection = {0};

    if (kube_find_kind(l->o->kube, group, kind, &selection.resource, err) < 0)
        return -1;
    return selection.resource ? kube_list(l->o->kube, &selection, each, l, NULL, err) : 0;
}

static int list_all(struct look_at *l, struct err **err)
{
    static const char *const sources[] = {"Bucket",    "ExternalArtifact", "GitRepository",
                                          "HelmChart", "HelmRepository",   "OCIRepository"};

    if (list(l, "", "Pod", pods_see, err) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (list(l, FLUX_SOURCE_GROUP, sources[i], sources_see, err) < 0)
            return -1;
    return 0;
}

int sealed_look(const struct sealed_options *o, struct sealed *out, struct err **err)
{
    struct look_at l = {.o = o, .out = out};
    int status;

    *out = (struct sealed){0};
    known_init(&l.known, o->bundle, o->arena);
    status = list_all(&l, err);
    known_free(&l.known);
    return status;
}
