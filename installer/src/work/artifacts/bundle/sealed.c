// SPDX-License-Identifier: Apache-2.0
// Whether a bundle holds all that its tree can reach: the walk of a lock, out of the bundle alone.
#include <stdlib.h>
#include <string.h>

#include "work/artifacts/follow/follow.h"
#include "work/artifacts/tree/bundled.h"

static int compare_gaps(const void *a, const void *b)
{
    const struct artifacts_gap *x = a, *y = b;
    int order = (x->kind > y->kind) - (x->kind < y->kind);

    order = order ? order : strcmp(x->what, y->what);
    order = order ? order : strcmp(x->name, y->name);
    return order ? order : strcmp(x->user, y->user);
}

int artifacts_sealed(const struct bundle *b, struct arena *arena, struct artifacts_gaps *gaps,
                     struct err **err)
{
    struct bundled tree CLEANUP(bundled_free) = {0};
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct sources *sources = sources_bundle(b);
    struct follow_options options = {.registry = {.bundle = b},
                                     .sources = sources,
                                     .frozen = true,
                                     .gaps = gaps,
                                     .gaps_arena = arena};
    int status = bundled_load(&tree, b, err);

    *gaps = (struct artifacts_gaps){0};
    if (status == 0)
        status = bundled_render(&tree, sources, NULL, &result, err);
    if (status == 0) {
        options.lock = bundled_lock(b);
        status = follow_tree(&options, &result, NULL, err);
        lock_free(options.lock);
    }
    sources_free(sources);
    if (gaps->items.len)
        qsort(gaps->items.items, gaps->items.len, sizeof(*gaps->items.items), compare_gaps);
    return status;
}
