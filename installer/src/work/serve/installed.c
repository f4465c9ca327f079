// SPDX-License-Identifier: Apache-2.0
// What is installed in a blob store, on its way into what is served.
#include "base/mem.h"
#include "work/serve/content.h"

// The newest bundle first: what it names is served, and of older ones what it does not.
int serve_add_store(struct serve_content *c, struct blobstore *take, struct err **err)
{
    struct digest *identities CLEANUP(mem_cleanup) = NULL;
    size_t count;

    vec_push(&c->stores, take);
    if (blobstore_list(take, &identities, &count, err) < 0)
        return -1;
    if (!count) {
        err_set(err, ERR_CONFIG, "the store %s has no bundle", blobstore_path(take));
        return err_hint(err, "'sandstrap store add' puts one there");
    }
    while (count--) {
        char *path CLEANUP(mem_cleanup) = blobstore_head_path(take, &identities[count]);
        struct bundle *b = bundle_open_head(path, &identities[count], err);

        if (!b || content_add(c, b, take, err) < 0)
            return -1;
    }
    return 0;
}
