// SPDX-License-Identifier: Apache-2.0
// The registry's documents through the cache.
#include "work/artifacts/registry.h"

#include "io/crypto.h"
#include "work/artifacts/cache.h"

struct cached {
    struct oci_documents base;
    struct http *http;
    struct oci *oci;
    const struct oci_ref *ref;
};

static bool from_cache(struct arena *arena, const struct digest *digest, struct span *bytes)
{
    struct buf cached CLEANUP(buf_free) = BUF_INIT(OCI_MANIFEST_MAX_BYTES);

    if (!digest_is_set(digest) || !cache_get_digest(digest, &cached))
        return false;
    *bytes = arena_span(arena, buf_span(&cached));
    return true;
}

static int get_manifest(struct oci_documents *d, struct arena *arena, const struct oci_ref *ref,
                        struct span *bytes, struct span *media_type, struct err **err)
{
    struct cached *c = (struct cached *)d;
    struct digest digest;

    *media_type = SPAN_EMPTY;
    if (from_cache(arena, &ref->digest, bytes))
        return 0;
    if (oci_get_manifest(c->oci, arena, ref, bytes, media_type, err) < 0)
        return -1;
    digest = crypto_sha256(*bytes);
    cache_put_digest(&digest, *bytes);
    return 0;
}

static int get_config(struct oci_documents *d, struct arena *arena, const struct oci_blob *blob,
                      struct span *bytes, struct err **err)
{
    struct cached *c = (struct cached *)d;
    struct buf out CLEANUP(buf_free) = BUF_INIT(OCI_CONFIG_MAX_BYTES);
    struct http_request request;
    struct stream *s CLEANUP(stream_cleanup) = NULL;

    if (from_cache(arena, &blob->digest, bytes))
        return 0;
    if (oci_blob_request(c->oci, arena, c->ref, &blob->digest, &request, err) < 0)
        return -1;
    s = http_open(c->http, &request, err);
    if (!s)
        return -1;
    s = crypto_sha256_stream(s, &blob->digest, "the config");
    if (stream_read_all(s, &out, ERR_SOURCE, "the config", err) < 0)
        return -1;
    *bytes = arena_span(arena, buf_span(&out));
    cache_put_digest(&blob->digest, *bytes);
    return 0;
}

int manifest_resolve(struct http *h, struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     enum oci_content content, const struct lock *lock,
                     struct oci_resolved *resolved, struct err **err)
{
    struct cached c = {.base = {get_manifest, get_config}, .http = h, .oci = o, .ref = ref};
    size_t count;
    const struct span *platforms = lock_platforms(lock, &count);

    return oci_resolve(&c.base, arena, ref, content, platforms, count, resolved, err);
}

void manifest_pin(struct arena *arena, const struct oci_resolved *r, const struct lock *lock,
                  struct lock_entry *entry)
{
    size_t count;
    const struct span *platforms = lock_platforms(lock, &count);
    struct lock_manifest *list = arena_array(arena, r->manifest_count + 1, sizeof(*list));

    entry->digest = r->digest;
    entry->size = r->size;
    if (!r->index_count)
        return;
    for (size_t i = 0; i < r->manifest_count; i++)
        list[i] = (struct lock_manifest){platforms[i], r->manifests[i].digest};
    entry->manifests = list;
    entry->manifest_count = r->manifest_count;
}
