// SPDX-License-Identifier: Apache-2.0
// Manifests through the cache.
#include "work/artifacts/manifest.h"

#include <string.h>

#include "model/lock.h"
#include "work/artifacts/cache.h"

static struct span hex_of(struct span digest)
{
    return span_tail(digest, strlen("sha256:"));
}

// An index is not kept, so what is found under the digest of one is nothing.
int manifest_get(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                 struct oci_manifest *m, struct err **err)
{
    struct buf cached CLEANUP(buf_free) = BUF_INIT(OCI_MANIFEST_MAX_BYTES);

    if (ref->digest.len && cache_get("sha256", hex_of(ref->digest), &cached) &&
        span_eq(oci_digest(arena, buf_span(&cached)), ref->digest))
        return oci_manifest_parse(arena, buf_span(&cached), SPAN_EMPTY, m, err);
    if (oci_pull_manifest(o, arena, ref, LOCK_PLATFORM, m, err) < 0)
        return -1;
    cache_put("sha256", hex_of(m->digest), m->bytes);
    return 0;
}
