// SPDX-License-Identifier: Apache-2.0
// Lists of containers, and volumes that are images (KEP-4639), wherever an object has them: in the
// pod templates of built-in kinds, and in those that a custom resource, known or not, holds.
#include "model/images/find.h"

struct place {
    const struct node *at;
    const struct node *meta; // of the map that `at` is the spec of
};

static bool is_container_list(struct span key)
{
    static const char *const names[] = {"containers",
                                        "initContainers",
                                        "ephemeralContainers",
                                        "sidecars",
                                        "sidecarContainers",
                                        "extraContainers",
                                        "extraInitContainers",
                                        "additionalContainers",
                                        "additionalInitContainers"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (span_is(key, names[i]))
            return true;
    return false;
}

static int add_image(struct images_search *s, const struct node *image, const struct node *meta,
                     struct err **err)
{
    struct span reference = node_text(image);

    if (!image || node_is(image, NODE_NULL))
        return 0;
    if (!node_is(image, NODE_STRING)) {
        if (s->use != IMAGES_RUN)
            return 0; // not what it looked like
        return err_set(err, ERR_CONFIG, "%s has to be the name of an image, not %s",
                       buf_str(&s->path), node_type_name(image));
    }
    if (reference.len)
        search_add(s, s->use, reference, image, meta);
    return 0;
}

static int see_field(struct images_search *s, const struct node *map, const char *key,
                     const struct node *meta, struct err **err)
{
    size_t before = search_enter(s, span_str(key));
    int result = add_image(s, node_get(map, key), meta, err);

    buf_truncate(&s->path, before);
    return result;
}

static int see_containers(struct images_search *s, const struct node *list, const struct node *meta,
                          struct err **err)
{
    for (size_t i = 0; node_is(list, NODE_SEQ) && i < node_len(list); i++) {
        size_t before = search_enter_item(s, i);
        int result = see_field(s, node_item(list, i), "image", meta, err);

        buf_truncate(&s->path, before);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int see_volumes(struct images_search *s, const struct node *list, const struct node *meta,
                       struct err **err)
{
    for (size_t i = 0; node_is(list, NODE_SEQ) && i < node_len(list); i++) {
        const struct node *image = node_get(node_item(list, i), "image");
        size_t before = search_enter_item(s, i);
        int result = 0;

        if (node_is(image, NODE_MAP)) {
            search_enter(s, SPAN("image"));
            result = see_field(s, image, "reference", meta, err);
        }
        buf_truncate(&s->path, before);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int see(struct images_search *s, const struct place *place, struct err **err);

static int see_pair(struct images_search *s, const struct place *place, const struct pair *pair,
                    bool is_top, struct err **err)
{
    struct place below = {.at = pair->value};

    if (is_top && (span_is(pair->key, "metadata") || span_is(pair->key, "status")))
        return 0;
    if (is_container_list(pair->key) && see_containers(s, pair->value, place->meta, err) < 0)
        return -1;
    if (span_is(pair->key, "volumes") && see_volumes(s, pair->value, place->meta, err) < 0)
        return -1;
    if (span_is(pair->key, "spec"))
        below.meta = node_get(place->at, "metadata");
    return see(s, &below, err);
}

static int see(struct images_search *s, const struct place *place, struct err **err)
{
    bool is_top = s->path.len == 0;
    size_t before, i = 0;
    int result = 0;

    NODE_FOREACH_PAIR (pair, place->at) {
        before = search_enter(s, pair->key);
        result = result < 0 ? result : see_pair(s, place, pair, is_top, err);
        buf_truncate(&s->path, before);
    }
    if (!node_is(place->at, NODE_SEQ))
        return result;
    NODE_FOREACH_ITEM (item, place->at) {
        before = search_enter_item(s, i++);
        result = result < 0 ? result : see(s, &(struct place){.at = item}, err);
        buf_truncate(&s->path, before);
    }
    return result;
}

int pods_find(struct images_search *s, const struct node *n, struct err **err)
{
    return see(s, &(struct place){.at = n}, err);
}
