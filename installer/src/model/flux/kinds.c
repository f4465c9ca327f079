// SPDX-License-Identifier: Apache-2.0
// The kinds of Flux.
#include "model/flux.h"

enum flux_kind flux_kind(const struct identity *id)
{
    static const struct {
        const char *group, *kind;
        enum flux_kind is;
    } kinds[] = {
        {FLUX_SOURCE_GROUP, "Bucket", FLUX_BUCKET},
        {FLUX_SOURCE_GROUP, "GitRepository", FLUX_GIT_REPOSITORY},
        {FLUX_SOURCE_GROUP, "HelmChart", FLUX_HELM_CHART},
        {FLUX_SOURCE_GROUP, "HelmRepository", FLUX_HELM_REPOSITORY},
        {FLUX_SOURCE_GROUP, "OCIRepository", FLUX_OCI_REPOSITORY},
        {FLUX_KUSTOMIZE_GROUP, "Kustomization", FLUX_KUSTOMIZATION},
        {FLUX_HELM_GROUP, "HelmRelease", FLUX_HELM_RELEASE},
    };

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (span_is(id->group, kinds[i].group) && span_is(id->kind, kinds[i].kind))
            return kinds[i].is;
    return FLUX_OTHER;
}
