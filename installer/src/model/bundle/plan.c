// SPDX-License-Identifier: Apache-2.0
// Planning a bundle: what will be in it, before any of it is there.
#include "model/bundle/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"

struct bundle_plan *bundle_plan_new(struct span origin, const struct digest *lock)
{
    struct bundle_plan *p = MEM_NEW(struct bundle_plan);

    p->index.arena = arena_new();
    p->index.origin = arena_span(p->index.arena, origin);
    p->index.lock_digest = *lock;
    return p;
}

void bundle_plan_free(struct bundle_plan *p)
{
    if (!p)
        return;
    map_free(&p->blobs);
    map_free(&p->left_out);
    index_free(&p->index);
    free(p);
}

void bundle_plan_platform(struct bundle_plan *p, struct span platform)
{
    vec_push_arena(p->index.arena, &p->index.platforms, arena_span(p->index.arena, platform));
}

void bundle_plan_kube_version(struct bundle_plan *p, struct span version)
{
    p->index.kube_version = arena_span(p->index.arena, version);
}

size_t bundle_plan_blob(struct bundle_plan *p, const struct digest *digest, uint64_t size)
{
    uintptr_t place = (uintptr_t)map_get(&p->blobs, digest_key(digest));
    struct bundle_blob blob = {.digest = *digest, .size = size};

    if (place)
        return place - 1;
    vec_push_arena(p->index.arena, &p->index.blobs, blob);
    map_put(&p->blobs, arena_span(p->index.arena, digest_key(digest)),
            (void *)(uintptr_t)p->index.blobs.len);
    return p->index.blobs.len - 1;
}

void bundle_plan_leave_out(struct bundle_plan *p, const struct digest *since, size_t blob)
{
    const struct digest *digest = &p->index.blobs.items[blob].digest;

    p->since = *since;
    map_put(&p->left_out, arena_span(p->index.arena, digest_key(digest)), p);
}

void bundle_plan_artifact(struct bundle_plan *p, const struct bundle_artifact *artifact)
{
    struct arena *arena = p->index.arena;
    struct bundle_artifact a = *artifact;
    size_t *blobs = arena_array(arena, a.blob_count + 1, sizeof(*blobs));
    struct bundle_manifest *manifests =
        arena_array(arena, a.manifest_count + 1, sizeof(*manifests));

    if (a.blob_count)
        memcpy(blobs, a.blobs, a.blob_count * sizeof(*blobs));
    a.blobs = blobs;
    for (size_t i = 0; i < a.manifest_count; i++) {
        manifests[i].blob = a.manifests[i].blob;
        manifests[i].platform = arena_span(arena, a.manifests[i].platform);
    }
    a.manifests = manifests;
    a.name = arena_span(arena, a.name);
    a.version = arena_span(arena, a.version);
    a.revision = arena_span(arena, a.revision);
    a.media_type = arena_span(arena, a.media_type);
    vec_push_arena(arena, &p->index.artifacts, a);
}

struct index plan_index(const struct bundle_plan *p)
{
    struct index index = {
        .arena = arena_new(),
        .origin = p->index.origin,
        .kube_version = p->index.kube_version,
        .lock_digest = p->index.lock_digest,
    };
    VEC_FOREACH (const struct span *, it, &p->index.platforms)
        vec_push_arena(index.arena, &index.platforms, *it);
    VEC_FOREACH (const struct bundle_artifact *, a, &p->index.artifacts)
        vec_push_arena(index.arena, &index.artifacts, *a);
    VEC_FOREACH (const struct bundle_blob *, b, &p->index.blobs)
        vec_push_arena(index.arena, &index.blobs, *b);
    return index;
}

struct digest bundle_plan_identity(const struct bundle_plan *p)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    struct index index = plan_index(p);
    struct digest identity;

    index_lay_out(&index, &text);
    identity = crypto_sha256(buf_span(&text));
    index_free(&index);
    return identity;
}
