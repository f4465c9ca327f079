// SPDX-License-Identifier: Apache-2.0
// Whether a store is what it says: heads, blobs, and that no blob of a bundle is missing.
#include <stdlib.h>

#include "base/mem.h"
#include "work/store.h"

#define ADD_HINT "'sandstrap store add' of the bundle puts there again what is missing"

struct check {
    struct blobstore *store;
    struct report *report;
    struct store_bundles bundles;
};

static void check_free(struct check *c)
{
    store_bundles_free(&c->bundles);
}

// A head that is wrong is taken off the list; one that cannot be read for another reason stays.
// Returns how many are wrong, or -1.
static int check_heads(struct check *c, struct err **err)
{
    int wrong = 0;

    VEC_FOREACH (struct store_bundle *, b, &c->bundles.items) {
        struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        if (b->head)
            continue;
        if (err_kind(b->problem) != ERR_INTEGRITY)
            return err_move(err, &b->problem);
        if (blobstore_remove(c->store, &b->identity, err) < 0)
            return -1;
        err_format(b->problem, &why);
        report_warn(c->report, "store", "bundle %s is taken off the list: %s",
                    DIGEST_TEXT(&b->identity), buf_str(&why));
        wrong++;
    }
    return wrong;
}

// With whom lacks it now.
static void tell_wrong(void *data, const struct digest *digest)
{
    const struct check *c = data;
    bool named = false;

    VEC_FOREACH (const struct store_bundle *, b, &c->bundles.items) {
        const struct bundle_blob *blob = b->head ? bundle_find_blob(b->head, digest) : NULL;
        char *owner CLEANUP(mem_cleanup) = blob ? bundle_blob_owner(b->head, blob) : NULL;

        if (!blob)
            continue;
        named = true;
        report_warn(c->report, "store", "blob %s was wrong and is taken away: %s of bundle %s",
                    DIGEST_TEXT(digest), owner, DIGEST_TEXT(&b->identity));
    }
    if (!named)
        report_warn(c->report, "store", "blob %s was wrong and is taken away", DIGEST_TEXT(digest));
}

// How many bundles are not whole.
static int tell_lacking(const struct check *c)
{
    int lacking = 0;

    VEC_FOREACH (const struct store_bundle *, b, &c->bundles.items) {
        if (!b->missing.blobs)
            continue;
        lacking++;
        report_warn(c->report, "store", "bundle %s lacks %zu of its %zu blobs, %llu bytes",
                    DIGEST_TEXT(&b->identity), b->missing.blobs, b->blobs.blobs,
                    (unsigned long long)b->missing.bytes);
    }
    return lacking;
}

int store_verify(struct blobstore *s, struct report *report, struct cancel *cancel,
                 struct blobstore_sum *verified, struct err **err)
{
    struct check c CLEANUP(check_free) = {.store = s, .report = report};
    int heads, lacking;

    if (store_list(s, &c.bundles, err) < 0)
        return -1;
    heads = check_heads(&c, err);
    lacking = tell_lacking(&c);
    if (heads < 0)
        return -1;
    if (blobstore_verify(s, cancel, tell_wrong, &c, verified, err) < 0)
        return err_kind(*err) == ERR_INTEGRITY ? err_hint(err, ADD_HINT) : -1;
    if (!heads && !lacking)
        return 0;
    err_set(err, ERR_INTEGRITY, "%s: %d bundle%s not whole", blobstore_path(s), heads + lacking,
            heads + lacking == 1 ? " is" : "s are");
    return err_hint(err, ADD_HINT);
}
