// SPDX-License-Identifier: Apache-2.0
// The list of a bundle's blobs that a node needs.
#include "work/seed/needed.h"

#include <stdlib.h>

static bool is_wanted(const struct span *platforms, size_t count, struct span platform)
{
    for (size_t i = 0; i < count; i++)
        if (span_eq(platforms[i], platform))
            return true;
    return false;
}

static size_t place_of(const struct bundle_artifact *a, size_t blob)
{
    for (size_t i = 0; i < a->blob_count; i++)
        if (a->blobs[i] == blob)
            return i;
    return a->blob_count;
}

// Where what belongs to the manifest at `first` ends: with the next manifest, or the artifact.
static size_t end_of(const struct bundle_artifact *a, size_t first)
{
    size_t end = a->blob_count;

    for (size_t i = 0; i < a->manifest_count; i++) {
        size_t next = place_of(a, a->manifests[i].blob);

        if (next > first && next < end)
            end = next;
    }
    return end;
}

static void mark(const struct bundle_artifact *a, size_t from, size_t to, bool *marked)
{
    for (size_t i = from; i < to; i++)
        marked[a->blobs[i]] = true;
}

// An artifact's blobs are its indexes, then for each platform the manifest, config and layers
// (docs/bundle-format.md).
static void mark_artifact(const struct bundle_artifact *a, const struct span *platforms,
                          size_t count, bool *marked)
{
    size_t indexes = a->blob_count;

    if (a->kind == BUNDLE_TREE)
        return;
    for (size_t i = 0; i < a->manifest_count; i++) {
        size_t first = place_of(a, a->manifests[i].blob);

        if (first < indexes)
            indexes = first;
        if (is_wanted(platforms, count, a->manifests[i].platform))
            mark(a, first, end_of(a, first), marked);
    }
    mark(a, 0, indexes, marked);
}

static int compare(const void *a, const void *b)
{
    const struct seed_blob *left = a, *right = b;

    return memcmp(left->digest.bytes, right->digest.bytes, DIGEST_BYTES);
}

void needed_find(const struct bundle *b, const struct span *platforms, size_t platform_count,
                 struct seed_blobs *blobs)
{
    size_t artifact_count, blob_count;
    const struct bundle_artifact *artifacts = bundle_artifacts(b, &artifact_count);
    const struct bundle_blob *all = bundle_blobs(b, &blob_count);
    bool *marked CLEANUP(mem_cleanup) = mem_zalloc(blob_count + 1, sizeof(*marked));

    for (size_t i = 0; i < artifact_count; i++)
        mark_artifact(&artifacts[i], platforms, platform_count, marked);
    for (size_t i = 0; i < blob_count; i++)
        if (marked[i])
            vec_push(&blobs->items,
                     (struct seed_blob){.digest = all[i].digest, .size = all[i].size});
    if (blobs->items.len)
        qsort(blobs->items.items, blobs->items.len, sizeof(*blobs->items.items), compare);
}

uint64_t needed_bytes(const struct seed_blobs *blobs)
{
    uint64_t sum = 0;

    VEC_FOREACH (const struct seed_blob *, it, &blobs->items)
        sum += it->size;
    return sum;
}
