// SPDX-License-Identifier: Apache-2.0
// How generated resources join those that are there: created, merged or put in their place.
#include "model/kustomize/generate/generators.h"
#include "model/kustomize/resource/objects.h"
#include "model/kustomize/scalar.h"

// The fields of `old` under those of `made`, as texts.
static void merge_texts(struct kust *k, struct node *into, const struct node *old)
{
    NODE_FOREACH_PAIR (pair, old) {
        if (!node_get_span(into, pair->key))
            node_set(k->doc, into, pair->key, scalar_new_string(k->doc, scalar_raw(pair->value)));
    }
}

static void merge_metadata(struct kust *k, struct resource *made, const struct resource *old,
                           const char *field)
{
    struct node *before = node_path(old->node, "metadata", field);
    if (node_len(before))
        merge_texts(k, objects_meta_map(k, made, field), before);
    objects_normalize(k, made, field);
}

// What a replacing or merging resource takes over from the one that it replaces.
static void take_over(struct kust *k, struct resource *made, const struct resource *old)
{
    merge_metadata(k, made, old, "labels");
    merge_metadata(k, made, old, "annotations");
    made->previous.items = old->previous.items;
    made->previous.len = made->previous.cap = old->previous.len;
    made->prefixes.items = old->prefixes.items;
    made->prefixes.len = made->prefixes.cap = old->prefixes.len;
    made->suffixes.items = old->suffixes.items;
    made->suffixes.len = made->suffixes.cap = old->suffixes.len;
    made->var_names.items = old->var_names.items;
    made->var_names.len = made->var_names.cap = old->var_names.len;
    // Build annotations only survive where the older resource has them.
    made->add_hash = made->add_hash && old->add_hash;
    made->behavior = old->behavior;
    made->transformations.items = old->transformations.items;
    made->transformations.len = made->transformations.cap = old->transformations.len;
    made->built = old->built;
    resource_set_name(k, made, resource_name(old));
    resource_set_namespace(k, made, resource_namespace(old));
}

// Values of data or binaryData: those of `made` over those of `old`, all as texts.
static void merge_data(struct kust *k, struct resource *made, const struct resource *old,
                       const char *field)
{
    struct node *mine = node_get(made->node, field);
    struct node *theirs = node_get(old->node, field);
    struct node *map = node_new_map(k->doc);
    merge_texts(k, map, mine);
    merge_texts(k, map, theirs);
    (void)node_remove(made->node, span_str(field));
    if (node_len(map))
        node_set(k->doc, made->node, span_str(field), map);
}

static int replace(struct kust *k, struct resource *old, struct resource *made, struct err **err)
{
    enum behavior behavior = made->behavior;
    if (behavior != BEHAVIOR_MERGE && behavior != BEHAVIOR_REPLACE) {
        err_set(err, ERR_CONFIG, "%s: %s exists already (%s)", resource_where(k, made),
                resource_text(k, made), resource_where(k, old));
        return err_hint(err, "behavior: merge or behavior: replace changes the existing one");
    }
    take_over(k, made, old);
    if (behavior == BEHAVIOR_MERGE) {
        merge_data(k, made, old, "data");
        merge_data(k, made, old, "binaryData");
        made->origin = old->origin;
        made->file = old->file;
        made->line = old->line;
    }
    *old = *made; // the same identity in the same place: the indexes stay right
    return 0;
}

int generator_absorb(struct kust *k, struct resmap *m, struct resource *made, struct err **err)
{
    struct resid id = resource_id(made);
    struct resource_list same = {0};
    resmap_find_any(k, m, &id, &same);
    if (same.len == 1)
        return replace(k, same.items[0], made, err);
    if (same.len > 1)
        return err_set(err, ERR_CONFIG, "%s: %zu resources could be meant by %s: %s and %s",
                       resource_where(k, made), same.len, resource_text(k, made),
                       resource_where(k, same.items[0]), resource_where(k, same.items[1]));
    if (made->behavior == BEHAVIOR_MERGE || made->behavior == BEHAVIOR_REPLACE)
        return err_set(err, ERR_CONFIG, "%s: there is no %s to %s", resource_where(k, made),
                       resource_text(k, made),
                       made->behavior == BEHAVIOR_MERGE ? "merge with" : "replace");
    return resmap_append(k, m, made, err);
}
