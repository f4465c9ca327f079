// SPDX-License-Identifier: Apache-2.0
// The controllers that ask upstream hosts. Others of Flux only ask source-controller
// (helm-controller), or tell somebody something (notification-controller).
#include "work/routes/fetchers.h"

#include "cluster/watch/controllers.h"
#include "model/flux.h"

#define SOURCES "source-controller"

static const struct row {
    const char *component;
    const char *group; // only where the tree has objects of it; NULL: always
} rows[] = {
    {SOURCES, NULL},
    {"kustomize-controller", FLUX_KUSTOMIZE_GROUP}, // remote bases of a Kustomization's folder
    {"image-reflector-controller", NULL},           // tags
    {"image-automation-controller", NULL},          // clones
};

// The first object of an API group.
static const struct node *find_of_group(const struct layers *layers, const char *group)
{
    for (size_t i = 0; i < layers->count; i++)
        for (size_t k = 0; k < layers->items[i].count; k++)
            if (span_is(node_identity(layers->items[i].objects[k]).group, group))
                return layers->items[i].objects[k];
    return NULL;
}

static bool fetches(const struct layers *layers, const struct node *object)
{
    const struct node *labels = node_path(object, "metadata", "labels");
    struct span component = node_get_text(labels, CONTROLLERS_COMPONENT);

    if (!span_is(node_get_text(object, "kind"), "Deployment") ||
        !span_is(node_get_text(labels, CONTROLLERS_PART_OF), "flux"))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (span_is(component, rows[i].component))
            return !rows[i].group || find_of_group(layers, rows[i].group);
    return false;
}

static bool has_sources(const struct fetchers *f)
{
    VEC_FOREACH (const struct fetcher *, it, &f->items)
        if (span_is(node_get_text(node_path(it->deployment, "metadata", "labels"),
                                  CONTROLLERS_COMPONENT),
                    SOURCES))
            return true;
    return false;
}

int fetchers_find(const struct layers *layers, struct arena *arena, struct fetchers *f,
                  struct err **err)
{
    const struct node *source = find_of_group(layers, FLUX_SOURCE_GROUP);
    char *name CLEANUP(mem_cleanup) = NULL;

    for (size_t i = 0; i < layers->count; i++) {
        struct layer *layer = &layers->items[i];

        for (size_t k = 0; k < layer->count; k++)
            if (fetches(layers, layer->objects[k]))
                vec_push_arena(arena, &f->items, (struct fetcher){layer->objects[k], layer});
    }
    if (!source || has_sources(f))
        return 0;
    name = node_label(source);
    err_set(err, ERR_CONFIG, "%s is fetched by Flux's " SOURCES ", and the tree does not have it",
            name);
    return err_hint(err, "make Flux's own manifests the first layer of the tree: only a " SOURCES
                         " of the tree can be led to the bundle");
}
