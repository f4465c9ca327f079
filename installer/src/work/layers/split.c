// SPDX-License-Identifier: Apache-2.0
// From a rendered entrypoint to layers, by the origin of each object.
#include <string.h>

#include "base/map.h"
#include "base/path.h"
#include "base/vec.h"
#include "work/layers.h"

struct part {
    const char *entry; // as the entrypoint's `resources` has it
    const char *name;
    const struct node **items;
    size_t len, cap;
};

struct split {
    struct arena *arena;
    struct {
        struct part **items;
        size_t len, cap;
    } parts;
};

// "../../platform/" is the layer "platform", "app.yaml" the layer "app".
static const char *name_of(struct arena *arena, const char *entry)
{
    char *clean = path_clean(entry);
    struct span name = span_str(path_base(clean));
    const char *copy;

    if (span_ends(name, ".yaml") || span_ends(name, ".yml"))
        name = span_head(name, span_rfind(name, '.'));
    copy = arena_span(arena, name).ptr;
    free(clean);
    return copy;
}

static struct part *part_of(struct split *s, const char *entry, struct err **err)
{
    struct part *part;
    const char *name;

    VEC_FOREACH (struct part **, it, &s->parts)
        if (strcmp((*it)->entry, entry) == 0)
            return *it;
    name = name_of(s->arena, entry);
    VEC_FOREACH (struct part **, it, &s->parts) {
        if (strcmp((*it)->name, name) == 0) {
            err_set(err, ERR_CONFIG,
                    "the entries '%s' and '%s' of the entrypoint would both be "
                    "the layer '%s'",
                    (*it)->entry, entry, name);
            err_hint(err, "layers are named by the last part of their path: rename one folder");
            return NULL;
        }
    }
    part = ARENA_NEW(s->arena, struct part);
    part->entry = entry;
    part->name = name;
    vec_push_arena(s->arena, &s->parts, part);
    return part;
}

// Whether any text in the tree is this name.
static bool mentions(const struct node *n, struct span name)
{
    if (node_is(n, NODE_STRING))
        return span_eq(n->text, name);
    NODE_FOREACH_ITEM (item, n)
        if (mentions(item, name))
            return true;
    NODE_FOREACH_PAIR (pair, n)
        if (mentions(pair->value, name))
            return true;
    return false;
}

static struct part *part_that_mentions(struct split *s, struct span name)
{
    VEC_FOREACH (struct part **, it, &s->parts)
        for (size_t i = 0; i < (*it)->len; i++)
            if (mentions((*it)->items[i], name))
                return *it;
    // Nobody needs it early.
    return s->parts.len ? s->parts.items[s->parts.len - 1] : NULL;
}

static int place_generated(struct split *s, const struct kustomize_object *object, struct err **err)
{
    struct part *part = part_that_mentions(s, object->name);

    if (!part)
        part = part_of(s, "entrypoint", err);
    if (!part)
        return -1;
    vec_push_arena(s->arena, part, object->node);
    return 0;
}

int layers_split(const struct kustomize_result *result, struct arena *arena, struct layers *layers,
                 struct err **err)
{
    struct split s = {.arena = arena};

    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *object = &result->objects[i];
        struct part *part;

        if (!object->chain_len)
            continue;
        part = part_of(&s, object->chain[0], err);
        if (!part)
            return -1;
        vec_push_arena(arena, part, object->node);
    }
    for (size_t i = 0; i < result->len; i++)
        if (!result->objects[i].chain_len && place_generated(&s, &result->objects[i], err) < 0)
            return -1;
    layers->count = s.parts.len;
    layers->items = arena_array(arena, layers->count + 1, sizeof(*layers->items));
    for (size_t i = 0; i < layers->count; i++)
        layers->items[i] =
            (struct layer){s.parts.items[i]->name, s.parts.items[i]->items, s.parts.items[i]->len};
    return 0;
}
