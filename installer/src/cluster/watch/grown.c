// SPDX-License-Identifier: Apache-2.0
// The index of objects by the release that made them.
#include "cluster/watch/grown.h"

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

static int index_object(void *data, const struct node *object, struct err **err UNUSED)
{
    struct grown *g = data;
    struct grown_list *list;
    struct identity release;
    struct span key;

    if (!flux_release_of(object, &release))
        return 0;
    key = identity_key(&release, &g->key);
    list = map_get(&g->releases, key);
    if (!list) {
        list = ARENA_NEW(g->arena, struct grown_list);
        map_put(&g->releases, arena_span(g->arena, key), list);
    }
    vec_push_arena(g->arena, &list->objects, object);
    return 0;
}

void grown_collect(struct grown *g, struct informers *inf, struct arena *arena)
{
    *g = (struct grown){.arena = arena, .key = BUF_INIT(BUF_TEXT_MAX)};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        informers_each(inf, kinds[i].group, kinds[i].kind, index_object, g);
}

void grown_free(struct grown *g)
{
    map_free(&g->releases);
    buf_free(&g->key);
}

const struct grown_list *grown_of_release(struct grown *g, const struct identity *release)
{
    return map_get(&g->releases, identity_key(release, &g->key));
}
