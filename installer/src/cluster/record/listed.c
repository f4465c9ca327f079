// SPDX-License-Identifier: Apache-2.0
// Choosing among what discovery tells.
#include "cluster/record/listed.h"

#include <string.h>

#include "cluster/record/ignored.h"

static bool is_listed(const struct kube_resource *r)
{
    return (r->verbs & KUBE_CAN_LIST) && !ignored_kind(span_str(r->group), span_str(r->kind));
}

// Takes the place of another version of its kind, if there is one.
static bool replaces(const struct kube_resource *r, const struct kube_resource **chosen,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(chosen[i]->group, r->group) != 0 || strcmp(chosen[i]->kind, r->kind) != 0)
            continue;
        if (r->preferred)
            chosen[i] = r;
        return true;
    }
    return false;
}

const struct kube_resource *const *listed_kinds(const struct kube *k, struct arena *arena,
                                                size_t *count)
{
    size_t all;
    const struct kube_resource *const *resources = kube_resources(k, &all);
    const struct kube_resource **chosen = arena_array(arena, all + 1, sizeof(*chosen));

    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (is_listed(resources[i]) && !replaces(resources[i], chosen, *count))
            chosen[(*count)++] = resources[i];
    return chosen;
}
