// SPDX-License-Identifier: Apache-2.0
// What is installed in a blob store, on its way into what is served.
#include "base/mem.h"
#include "work/serve/content/content.h"

static int check_blobs(const struct bundle *b, const struct blobstore *store, struct err **err)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b, &count);

    for (size_t i = 0; i < count; i++) {
        char *owner CLEANUP(mem_cleanup) = NULL;

        if (blobstore_has(store, &blobs[i].digest, blobs[i].size))
            continue;
        owner = bundle_blob_owner(b, &blobs[i]);
        err_set(err, ERR_INTEGRITY, "bundle %s: %s: the blob %s is not in the store %s",
                bundle_path(b), owner, DIGEST_TEXT(&blobs[i].digest), blobstore_path(store));
        return err_hint(err, "'sandstrap store add' of the bundle puts it there again");
    }
    return 0;
}

// The newest bundle first: what it names is served, and of older ones what it does not.
int serve_add_store(struct serve_content *c, struct blobstore *take, enum serve_extent extent,
                    struct err **err)
{
    bool whole = extent == SERVE_WHOLE;
    struct digest *identities CLEANUP(mem_cleanup) = NULL;
    size_t count;

    vec_push(&c->stores, take);
    if (blobstore_list(take, &identities, &count, err) < 0)
        return -1;
    if (!count && whole) {
        err_set(err, ERR_CONFIG, "the store %s has no bundle", blobstore_path(take));
        return err_hint(err, "'sandstrap store add' puts one there");
    }
    while (count--) {
        char *path CLEANUP(mem_cleanup) = blobstore_head_path(take, &identities[count]);
        struct bundle *b CLEANUP(bundle_cleanup) = bundle_open_head(path, &identities[count], err);

        if (!b || (whole && check_blobs(b, take, err) < 0) ||
            content_add(c, STEAL(b), take, whole, err) < 0)
            return -1;
    }
    return 0;
}
