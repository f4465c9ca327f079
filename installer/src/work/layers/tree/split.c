// SPDX-License-Identifier: Apache-2.0
// From a rendered entrypoint to layers, by the origin of each object.
#include <string.h>

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

static struct part *part_of(struct split *s, const char *entry, struct err **err)
{
    struct part *part;
    const char *name;

    VEC_FOREACH (struct part **, it, &s->parts)
        if (strcmp((*it)->entry, entry) == 0)
            return *it;
    name = kustomize_entry_name(s->arena, entry);
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

// First the parts in the order of what came by them; then what the entrypoint itself generated.
static int place(struct split *s, const struct kustomize_result *result, const char **entries,
                 bool generated, struct err **err)
{
    for (size_t i = 0; i < result->len; i++) {
        struct part *part;

        if (generated != !result->objects[i].chain_len)
            continue;
        part = part_of(s, entries[i] ? entries[i] : "entrypoint", err);
        if (!part)
            return -1;
        vec_push_arena(s->arena, part, result->objects[i].node);
    }
    return 0;
}

int layers_split(const struct kustomize_result *result, struct arena *arena, struct layers *layers,
                 struct err **err)
{
    struct split s = {.arena = arena};
    const char **entries = kustomize_entries(result, arena);

    if (place(&s, result, entries, false, err) < 0 || place(&s, result, entries, true, err) < 0)
        return -1;
    layers->count = s.parts.len;
    layers->items = arena_array(arena, layers->count + 1, sizeof(*layers->items));
    for (size_t i = 0; i < layers->count; i++)
        layers->items[i] =
            (struct layer){s.parts.items[i]->name, s.parts.items[i]->items, s.parts.items[i]->len};
    return 0;
}
