// SPDX-License-Identifier: Apache-2.0
// Copying a bundle into a store.
#include <pthread.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/timer.h"
#include "work/store.h"

enum {
    PIECE_BYTES = 1 << 18, // of what is copied: it stays in the caches of its core
    TELL_MS = 1000,
};

struct copy {
    struct blobstore *store;
    const struct bundle *bundle;
    struct cancel *cancel;
    VEC(const struct bundle_blob *) missing; // the largest first, so that the cores end together
    uint64_t total;
    // How far all are, and when that was told.
    pthread_mutex_t lock;
    struct report *report;
    uint64_t done;
    int64_t begun, told;
};

static void copy_free(struct copy *c)
{
    pthread_mutex_destroy(&c->lock);
    vec_free(&c->missing);
}

static void advance(struct copy *c, uint64_t bytes)
{
    int64_t now = timer_now();

    pthread_mutex_lock(&c->lock);
    c->done += bytes;
    if (now - c->told >= TELL_MS) {
        c->told = now;
        report_info(c->report, "store", "%llu of %llu bytes, %llu MB/s",
                    (unsigned long long)c->done, (unsigned long long)c->total,
                    (unsigned long long)(c->done / 1000 / (uint64_t)(now - c->begun)));
    }
    pthread_mutex_unlock(&c->lock);
}

static int copy_pieces(struct copy *c, const struct bundle_blob *blob, uint64_t at,
                       struct blobstore_blob *into, struct err **err)
{
    char *piece CLEANUP(mem_cleanup) = mem_alloc(PIECE_BYTES);

    while (at < blob->size) {
        uint64_t left = blob->size - at;
        size_t n = left < PIECE_BYTES ? (size_t)left : (size_t)PIECE_BYTES;

        if (cancel_check(c->cancel, err) < 0 ||
            fd_read_at(bundle_fd(c->bundle), piece, n, blob->offset + at, bundle_path(c->bundle),
                       err) < 0 ||
            blobstore_blob_add(into, span_of(piece, n), err) < 0)
            return -1;
        at += n;
        advance(c, n);
    }
    return 0;
}

// *had: so many bytes were there, of which nobody knows yet whether they are right.
static int try_blob(struct copy *c, const struct bundle_blob *blob, uint64_t *had, struct err **err)
{
    struct blobstore_blob *into CLEANUP(blobstore_blob_cleanup) =
        blobstore_blob_begin(c->store, &blob->digest, blob->size, had, err);

    if (!into)
        return -1;
    advance(c, *had);
    if (copy_pieces(c, blob, *had, into, err) < 0)
        return -1;
    return blobstore_blob_end(STEAL(into), err);
}

static int copy_blob(void *data, size_t i, struct err **err)
{
    struct copy *c = data;
    const struct bundle_blob *blob = c->missing.items[i];
    char *owner CLEANUP(mem_cleanup) = bundle_blob_owner(c->bundle, blob);
    struct err *why CLEANUP(err_cleanup) = NULL;
    uint64_t had = 0;

    if (try_blob(c, blob, &had, &why) == 0)
        return 0;
    // What an interrupted copy left was wrong, and is gone: the bundle may be right.
    if (had && err_kind(why) == ERR_INTEGRITY) {
        err_clear(&why);
        advance(c, -blob->size);
        if (try_blob(c, blob, &had, &why) == 0)
            return 0;
    }
    err_move(err, &why);
    return err_kind(*err) == ERR_INTEGRITY
               ? err_wrap(err, "bundle %s: %s", bundle_path(c->bundle), owner)
               : -1;
}

static int compare_sizes(const void *a, const void *b)
{
    const struct bundle_blob *const *left = a, *const *right = b;

    return ((*left)->size < (*right)->size) - ((*left)->size > (*right)->size);
}

static int find_missing(struct copy *c, struct err **err)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(c->bundle, &count);

    for (size_t i = 0; i < count; i++) {
        if (blobstore_has(c->store, &blobs[i].digest, blobs[i].size))
            continue;
        if (bundle_check_holds(c->bundle, &blobs[i], err) < 0)
            return -1;
        vec_push(&c->missing, &blobs[i]);
        c->total += blobs[i].size;
    }
    if (c->missing.len)
        qsort(c->missing.items, c->missing.len, sizeof(*c->missing.items), compare_sizes);
    return 0;
}

static int check_room(const struct copy *c, struct err **err)
{
    uint64_t lacks = 0;
    struct blobstore_sum freed;
    struct err *unknown CLEANUP(err_cleanup) = NULL;

    VEC_FOREACH (const struct bundle_blob *const *, blob, &c->missing)
        lacks += blobstore_lacks(c->store, &(*blob)->digest, (*blob)->size);
    if (blobstore_check_room(c->store, lacks, err) == 0)
        return 0;
    if (store_collect(c->store, true, &freed, &unknown) == 0 && freed.bytes)
        err_hint(err, "'sandstrap store collect' would free %llu bytes",
                 (unsigned long long)freed.bytes);
    return -1;
}

int store_copy(struct blobstore *s, const struct bundle *b, struct report *report,
               struct cancel *cancel, struct blobstore_sum *copied, struct err **err)
{
    struct copy c CLEANUP(copy_free) = {.store = s,
                                        .bundle = b,
                                        .cancel = cancel,
                                        .lock = PTHREAD_MUTEX_INITIALIZER,
                                        .report = report,
                                        .begun = timer_now()};
    size_t count;

    c.told = c.begun;
    if (find_missing(&c, err) < 0 || check_room(&c, err) < 0)
        return -1;
    bundle_blobs(b, &count);
    report_info(report, "store", "copying %zu of %zu blobs, %llu bytes", c.missing.len, count,
                (unsigned long long)c.total);
    *copied = (struct blobstore_sum){c.missing.len, c.total};
    return pool_run(c.missing.len, copy_blob, &c, err);
}

int store_install(struct blobstore *s, const struct bundle *b, struct err **err)
{
    struct buf head CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (bundle_head(b, &head, err) < 0)
        return -1;
    return blobstore_install(s, bundle_identity(b), buf_span(&head), err);
}
