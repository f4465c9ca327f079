// SPDX-License-Identifier: Apache-2.0
// Whether a bundle holds all that its tree can reach: the walk of a lock, out of the bundle alone.
#include <stdlib.h>
#include <string.h>

#include "work/artifacts/bundled.h"
#include "work/artifacts/follow.h"

// A git repository's commit, of anything else the digest.
static void add_pin(struct lock *lock, const struct bundle *b, const struct bundle_artifact *a)
{
    static const enum lock_kind kinds[] = {[BUNDLE_CHART] = LOCK_CHART,
                                           [BUNDLE_FILE] = LOCK_FILE,
                                           [BUNDLE_GIT] = LOCK_GIT,
                                           [BUNDLE_IMAGE] = LOCK_IMAGE};
    struct lock_entry entry = {.name = a->name, .ref = a->version};
    size_t count;

    if (a->kind == BUNDLE_TREE)
        return;
    entry.kind = kinds[a->kind];
    entry.digest = bundle_blobs(b, &count)[a->blobs[0]].digest;
    if (a->kind == BUNDLE_GIT)
        entry.commit = a->revision;
    lock_add(lock, &entry);
}

// The lock that the bundle could be of.
static struct lock *lock_of(const struct bundle *b)
{
    struct buf platforms CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t count;
    const struct span *names = bundle_platforms(b, &count);
    const struct bundle_artifact *all;
    struct lock *lock;

    for (size_t i = 0; i < count; i++)
        buf_printf(&platforms, "%s%.*s", i ? "," : "", SPAN_ARG(names[i]));
    all = bundle_artifacts(b, &count);
    lock = lock_new(all[count - 1].name, bundle_origin(b), buf_span(&platforms));
    for (size_t i = 0; i < count; i++)
        add_pin(lock, b, &all[i]);
    return lock;
}

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
        options.lock = lock_of(b);
        status = follow_tree(&options, &result, err);
        lock_free(options.lock);
    }
    sources_free(sources);
    if (gaps->items.len)
        qsort(gaps->items.items, gaps->items.len, sizeof(*gaps->items.items), compare_gaps);
    return status;
}
