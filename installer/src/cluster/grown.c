// SPDX-License-Identifier: Apache-2.0
// The index of objects by the release that made them.
#include "cluster/grown.h"

#include <string.h>

#include "model/flux.h"

// The kinds a release can make that can be not ready.
static const struct {
    const char *group, *kind;
} kinds[] = {
    {"apps", "Deployment"},
    {"apps", "StatefulSet"},
    {"apps", "DaemonSet"},
    {"batch", "Job"},
    {FLUX_HELM_GROUP, "HelmRelease"},
    {FLUX_KUSTOMIZE_GROUP, "Kustomization"},
    {FLUX_SOURCE_GROUP, "GitRepository"},
    {FLUX_SOURCE_GROUP, "OCIRepository"},
    {FLUX_SOURCE_GROUP, "HelmRepository"},
};

static char *key_of(struct arena *arena, struct span ns, struct span name)
{
    return arena_printf(arena, "%.*s/%.*s", SPAN_ARG(ns), SPAN_ARG(name));
}

static int index_object(void *data, const struct node *object, struct err **err UNUSED)
{
    struct grown *g = data;
    struct grown_list *list;
    struct flux_ref release;
    char *key;

    if (!flux_release_of(object, &release))
        return 0;
    key = key_of(g->arena, release.ns, release.name);
    list = map_get(&g->releases, span_str(key));
    if (!list) {
        list = ARENA_NEW(g->arena, struct grown_list);
        map_put(&g->releases, span_str(key), list);
    }
    vec_push_arena(g->arena, &list->objects, object);
    return 0;
}

void grown_collect(struct grown *g, struct informers *inf, struct arena *arena)
{
    *g = (struct grown){.arena = arena};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        informers_each(inf, kinds[i].group, kinds[i].kind, index_object, g);
}

void grown_free(struct grown *g)
{
    map_free(&g->releases);
}

const struct grown_list *grown_of_release(const struct grown *g, struct span ns, struct span name)
{
    char *key = key_of(g->arena, ns, name);

    return map_get(&g->releases, span_str(key));
}
