// SPDX-License-Identifier: Apache-2.0
// The controllers of a tree, led to the Service.
#include "work/routes.h"

#include "base/arena.h"
#include "work/routes/fetchers.h"
#include "work/routes/names.h"
#include "work/routes/patch.h"

// --- what is applied ahead ---

struct list {
    struct arena *arena;
    const struct node **items;
    size_t len, cap;
};

static bool has(const struct list *list, const char *kind, struct span ns, struct span name)
{
    VEC_FOREACH (const struct node **, it, list) {
        struct identity id = node_identity(*it);

        if (span_is(id.kind, kind) && span_eq(id.ns, ns) && span_eq(id.name, name))
            return true;
    }
    return false;
}

static const struct node *find_namespace(const struct layers *layers, struct span name)
{
    for (size_t i = 0; i < layers->count; i++)
        for (size_t k = 0; k < layers->items[i].count; k++) {
            struct identity id = node_identity(layers->items[i].objects[k]);

            if (!id.group.len && span_is(id.kind, "Namespace") && span_eq(id.name, name))
                return layers->items[i].objects[k];
        }
    return NULL;
}

static void add_to_layer(struct layer *layer, const struct node *object, struct arena *arena)
{
    const struct node **objects = arena_array(arena, layer->count + 1, sizeof(*objects));

    memcpy(objects, layer->objects, layer->count * sizeof(*objects));
    objects[layer->count++] = object;
    layer->objects = objects;
}

// The CA, where this controller finds it.
static void add_ca(const struct routes_options *o, const struct fetcher *f, struct list *ahead)
{
    struct span ns = node_get_text(node_get(f->deployment, "metadata"), "namespace");
    const struct node *home = find_namespace(o->layers, ns), *ca;

    if (has(ahead, "ConfigMap", ns, SPAN(PATCH_CA_NAME)))
        return;
    ca = patch_ca(o->target.ca_pem, ns, o->doc);
    add_to_layer(f->layer, ca, ahead->arena);
    if (home)
        vec_push_arena(ahead->arena, ahead, home);
    vec_push_arena(ahead->arena, ahead, ca);
}

int routes_check(const struct layers *layers, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct fetchers fetchers = {0};

    if (fetchers_find(layers, arena, &fetchers, err) < 0)
        return -1;
    VEC_FOREACH (const struct fetcher *, it, &fetchers.items)
        if (patch_check(it->deployment, NULL, err) < 0)
            return -1;
    return 0;
}

int routes_make(const struct routes_options *o, const struct routes_at *at,
                struct layers_patches *patches, struct layer *ahead, struct err **err)
{
    struct arena *arena = doc_arena(o->doc);
    struct names names = names_of(o->bundle, arena);
    struct patch_route route = {at->ip, &names, o->target.ca_pem};
    struct fetchers fetchers = {0};
    struct list list = {.arena = arena};

    if (fetchers_find(o->layers, arena, &fetchers, err) < 0)
        return -1;
    VEC_FOREACH (const struct span *, it, &names.bare)
        report_warn(o->report, "routes",
                    "%.*s is an address, which no name leads away: Flux's controllers go on asking "
                    "it itself",
                    SPAN_ARG(*it));
    VEC_FOREACH (const struct fetcher *, it, &fetchers.items) {
        const struct node *patch = patch_of(&route, it->deployment, o->doc, o->report, err);

        if (!patch)
            return -1;
        vec_push_arena(arena, &patches->items, (struct layers_patch){patch, ROUTES_MANAGER});
        add_ca(o, it, &list);
    }
    *ahead = (struct layer){fetchers.items.len ? fetchers.items.items[0].layer->name : "",
                            list.items, list.len};
    return 0;
}
