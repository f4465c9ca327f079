// SPDX-License-Identifier: Apache-2.0
// Images looked at before they are needed.
#include "work/artifacts/follow/ahead.h"

#include "model/images.h"

// References that are not in the lock, each once.
struct wanted {
    struct map seen; // registry_key()
    VEC(struct oci_wanted) items;
};

static void add(struct walk *w, struct span reference, struct wanted *list)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct oci_wanted wanted = {0};
    struct span key;

    if (lock_find(w->lock, LOCK_IMAGE, reference, SPAN_EMPTY) ||
        oci_ref_parse(w->own_arena, reference, &wanted.ref, &ignored) < 0)
        return;
    key = registry_key(w->own_arena, &wanted.ref);
    if (map_get(&w->ahead, key) || map_put(&list->seen, key, w))
        return;
    vec_push(&list->items, wanted);
}

static void add_all(struct walk *w, const struct deep_object *object, struct wanted *list)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    images_list found = {0};

    if (images_of(arena, object->node, &found, &ignored) < 0)
        return;
    VEC_FOREACH (const struct images_found *, it, &found)
        if (it->use == IMAGES_RUN || it->use == IMAGES_START)
            add(w, it->reference, list);
}

int ahead_of_objects(struct walk *w, const struct deep_object *objects, size_t count,
                     struct err **err)
{
    struct wanted list = {0};
    int status;

    for (size_t i = 0; i < count; i++)
        add_all(w, &objects[i], &list);
    status =
        oci_get_manifests(w->registry.oci, w->own_arena, list.items.items, list.items.len, err);
    for (size_t i = 0; i < list.items.len; i++) {
        struct oci_wanted *kept = arena_alloc(w->own_arena, sizeof(*kept));

        if (!list.items.items[i].bytes.len && !list.items.items[i].refused)
            continue;
        *kept = list.items.items[i];
        (void)map_put(&w->ahead, registry_key(w->own_arena, &kept->ref), kept);
    }
    vec_free(&list.items);
    map_free(&list.seen);
    w->registry.ahead = &w->ahead;
    return status;
}
