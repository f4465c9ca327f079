// SPDX-License-Identifier: Apache-2.0
// The installed bundles of a store, and what may be collected as none of them names it.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "work/store.h"

void store_bundles_free(struct store_bundles *list)
{
    VEC_FOREACH (struct store_bundle *, b, &list->items) {
        bundle_close(b->head);
        err_free(b->problem);
    }
    vec_free(&list->items);
}

static void count_blobs(const struct blobstore *s, struct store_bundle *b)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b->head, &count);

    for (size_t i = 0; i < count; i++) {
        b->blobs.blobs++;
        b->blobs.bytes += blobs[i].size;
        if (blobstore_has(s, &blobs[i].digest, blobs[i].size))
            continue;
        b->missing.blobs++;
        b->missing.bytes += blobs[i].size;
    }
}

int store_list(const struct blobstore *s, struct store_bundles *list, struct err **err)
{
    struct digest *identities CLEANUP(mem_cleanup) = NULL;
    size_t count;

    if (blobstore_list(s, &identities, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct store_bundle b = {.identity = identities[i]};
        char *path CLEANUP(mem_cleanup) = blobstore_head_path(s, &b.identity);

        b.head = bundle_open_head(path, &b.identity, &b.problem);
        if (b.head)
            count_blobs(s, &b);
        vec_push(&list->items, b);
    }
    return 0;
}

static bool begins_with(const struct digest *identity, struct span digits)
{
    return span_eq(span_head(span_str(DIGEST_HEX(identity)), digits.len), digits);
}

int store_identify(const struct blobstore *s, const char *prefix, struct digest *identity,
                   struct err **err)
{
    struct digest *all CLEANUP(mem_cleanup) = NULL;
    struct span digits = span_str(prefix);
    size_t count, found = 0;

    span_skip(&digits, "sha256:");
    if (digits.len < STORE_PREFIX_DIGITS_MIN)
        return err_set(err, ERR_USAGE, "'%s' is not the identity of a bundle: %d digits at least",
                       prefix, STORE_PREFIX_DIGITS_MIN);
    if (blobstore_list(s, &all, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (begins_with(&all[i], digits)) {
            *identity = all[i];
            found++;
        }
    if (found == 1)
        return 0;
    err_set(err, ERR_USAGE,
            found ? "%s has several bundles whose identity begins with '%s'"
                  : "%s has no bundle whose identity begins with '%s'",
            blobstore_path(s), prefix);
    return err_hint(err, "'sandstrap store list' tells which there are");
}

static bool is_named(void *data, const struct digest *digest)
{
    const struct store_bundles *list = data;

    VEC_FOREACH (const struct store_bundle *, b, &list->items)
        if (bundle_find_blob(b->head, digest))
            return true;
    return false;
}

int store_collect(struct blobstore *s, bool dry_run, struct blobstore_sum *freed, struct err **err)
{
    struct store_bundles list CLEANUP(store_bundles_free) = {0};

    if (store_list(s, &list, err) < 0)
        return -1;
    VEC_FOREACH (struct store_bundle *, b, &list.items)
        if (!b->head) {
            err_move(err, &b->problem);
            return err_hint(err, "add the bundle again, or remove it from the list");
        }
    return blobstore_collect(s, dry_run, is_named, &list, freed, err);
}
