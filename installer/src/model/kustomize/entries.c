// SPDX-License-Identifier: Apache-2.0
// By which entry of the root's `resources` each object came.
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/path.h"
#include "base/vec.h"
#include "model/kustomize.h"

const char *kustomize_entry_name(struct arena *arena, const char *entry)
{
    char *clean = path_clean(entry ? entry : "entrypoint");
    struct span name = span_str(path_base(clean));
    const char *copy;

    if (span_ends(name, ".yaml") || span_ends(name, ".yml"))
        name = span_head(name, span_rfind(name, '.'));
    copy = arena_span(arena, name).ptr;
    free(clean);
    return copy;
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

struct entry_list {
    const char **items;
    size_t len, cap;
};

// Whether what has come by the entry, or was placed there, has the name in it.
static bool entry_mentions(const struct kustomize_result *result, const char *const *entries,
                           const char *entry, struct span name)
{
    for (size_t i = 0; i < result->len; i++)
        if (entries[i] && strcmp(entries[i], entry) == 0 && mentions(result->objects[i].node, name))
            return true;
    return false;
}

static const char *entry_for(const struct kustomize_result *result, const char *const *entries,
                             const struct entry_list *all, struct span name)
{
    for (size_t i = 0; i < all->len; i++)
        if (entry_mentions(result, entries, all->items[i], name))
            return all->items[i];
    return all->len ? all->items[all->len - 1] : NULL; // nobody needs it early
}

static void add_entry(struct entry_list *all, const char *entry)
{
    VEC_FOREACH (const char **, it, all)
        if (strcmp(*it, entry) == 0)
            return;
    vec_push(all, entry);
}

const char **kustomize_entries(const struct kustomize_result *result, struct arena *arena)
{
    const char **entries = arena_array(arena, result->len + 1, sizeof(*entries));
    struct entry_list all = {0};

    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *object = &result->objects[i];

        if (!object->chain_len)
            continue;
        entries[i] = object->chain[0];
        add_entry(&all, entries[i]);
    }
    for (size_t i = 0; i < result->len; i++)
        if (!result->objects[i].chain_len)
            entries[i] = entry_for(result, entries, &all, result->objects[i].name);
    vec_free(&all);
    return entries;
}
