// SPDX-License-Identifier: Apache-2.0
// What keeps a store right and small: collecting what nobody needs, and hashing what is there.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"
#include "io/crypto.h"
#include "model/blobstore/inner.h"

enum { PIECE_BYTES = 1 << 20 };

// --- collecting ---

struct collect {
    struct blobstore *store;
    bool dry_run;
    blobstore_keep_fn *keep;
    void *data;
    struct blobstore_sum *freed;
};

static int take_away(const struct collect *c, enum blobstore_folder folder,
                     const struct blobstore_file *f, struct err **err)
{
    struct blobstore *s = c->store;

    if (!c->dry_run) {
        if (unlinkat(s->dirs[folder], DIGEST_HEX(&f->digest), 0) < 0)
            return errno == ENOENT ? 0
                                   : err_set_errno(err, ERR_CONFIG, errno, "%s/%s",
                                                   s->folders[folder], DIGEST_HEX(&f->digest));
        blobstore_give_back(s, f->bytes);
    }
    c->freed->blobs++;
    c->freed->bytes += f->bytes;
    return 0;
}

static int collect_blobs(const struct collect *c, struct err **err)
{
    struct blobstore_files list CLEANUP(blobstore_files_free) = {0};

    if (blobstore_list_files(c->store, BLOBSTORE_BLOBS, &list, err) < 0)
        return -1;
    VEC_FOREACH (const struct blobstore_file *, f, &list.files)
        if (!c->keep(c->data, &f->digest) && take_away(c, BLOBSTORE_BLOBS, f, err) < 0)
            return -1;
    return 0;
}

// A part is kept for a blob that is kept and not there. Whoever writes one has locked it; it is
// unlinked under the same lock.
static int collect_part(const struct collect *c, const struct blobstore_file *f, struct err **err)
{
    int fd CLEANUP(fd_cleanup) = -1;

    if (c->keep(c->data, &f->digest) && !blobstore_weight(c->store, BLOBSTORE_BLOBS, &f->digest))
        return 0;
    fd = openat(c->store->dirs[BLOBSTORE_PARTS], DIGEST_HEX(&f->digest),
                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || (!c->dry_run && flock(fd, LOCK_EX | LOCK_NB) < 0))
        return 0;
    return take_away(c, BLOBSTORE_PARTS, f, err);
}

static int collect_parts(const struct collect *c, struct err **err)
{
    struct blobstore_files list CLEANUP(blobstore_files_free) = {0};

    if (blobstore_list_files(c->store, BLOBSTORE_PARTS, &list, err) < 0)
        return -1;
    VEC_FOREACH (const struct blobstore_file *, f, &list.files)
        if (collect_part(c, f, err) < 0)
            return -1;
    return 0;
}

// Heads that were never whole: the temporary files of an interrupted file_write().
static int collect_heads(const struct blobstore *s, struct err **err)
{
    DIR *dir = opendir(s->folders[BLOBSTORE_BUNDLES]);
    const struct dirent *entry;

    if (!dir)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", s->folders[BLOBSTORE_BUNDLES]);
    while ((entry = readdir(dir)))
        if (span_starts(span_str(entry->d_name), ".sandstrap-"))
            unlinkat(s->dirs[BLOBSTORE_BUNDLES], entry->d_name, 0);
    closedir(dir);
    return 0;
}

int blobstore_collect(struct blobstore *s, bool dry_run, blobstore_keep_fn *keep, void *data,
                      struct blobstore_sum *freed, struct err **err)
{
    struct collect c = {s, dry_run, keep, data, freed};

    *freed = (struct blobstore_sum){0};
    if (collect_blobs(&c, err) < 0 || collect_parts(&c, err) < 0)
        return -1;
    return dry_run ? 0 : collect_heads(s, err);
}

// --- verifying ---

struct verify {
    struct blobstore *store;
    struct cancel *cancel;
    const struct blobstore_files *list;
    bool *wrong; // by the index in the list
};

// False when it cannot be read to its end.
static bool hash_file(const struct verify *v, int fd, uint64_t size, struct digest *digest)
{
    struct crypto_hash *hash CLEANUP(crypto_hash_cleanup) = crypto_hash_new(CRYPTO_SHA256);
    void *piece CLEANUP(mem_cleanup) = mem_alloc(PIECE_BYTES);
    struct err *unreadable CLEANUP(err_cleanup) = NULL;

    for (uint64_t done = 0; done < size;) {
        size_t n = size - done < PIECE_BYTES ? (size_t)(size - done) : (size_t)PIECE_BYTES;

        if (cancel_requested(v->cancel) || fd_read_at(fd, piece, n, done, "", &unreadable) < 0)
            return false;
        crypto_hash_add(hash, piece, n);
        done += n;
    }
    *digest = crypto_hash_digest(hash);
    return true;
}

static int verify_blob(void *data, size_t i, struct err **err)
{
    const struct verify *v = data;
    const struct digest *wanted = &v->list->files.items[i].digest;
    struct digest digest = {0};
    uint64_t size;
    int fd CLEANUP(fd_cleanup) = blobstore_open_blob(v->store, wanted, &size);

    if (fd < 0)
        return 0; // collected meanwhile
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    v->wrong[i] = !hash_file(v, fd, size, &digest) || !digest_eq(&digest, wanted);
    return cancel_check(v->cancel, err);
}

// The largest first, so that the cores end together.
static int compare_sizes(const void *a, const void *b)
{
    const struct blobstore_file *left = a, *right = b;

    return (left->bytes < right->bytes) - (left->bytes > right->bytes);
}

int blobstore_verify(struct blobstore *s, struct cancel *cancel, blobstore_wrong_fn *wrong,
                     void *data, struct blobstore_sum *verified, struct err **err)
{
    struct blobstore_files list CLEANUP(blobstore_files_free) = {0};
    bool *marks CLEANUP(mem_cleanup) = NULL;
    struct verify v = {s, cancel, &list, NULL};
    struct blobstore_sum gone;
    struct collect c = {.store = s, .freed = &gone};
    size_t count = 0;

    *verified = gone = (struct blobstore_sum){0};
    if (blobstore_list_files(s, BLOBSTORE_BLOBS, &list, err) < 0)
        return -1;
    if (list.files.len)
        qsort(list.files.items, list.files.len, sizeof(*list.files.items), compare_sizes);
    v.wrong = marks = mem_zalloc(list.files.len + 1, sizeof(*marks));
    if (pool_run(list.files.len, verify_blob, &v, err) < 0)
        return -1;
    for (size_t i = 0; i < list.files.len; i++) {
        const struct blobstore_file *f = &list.files.items[i];

        verified->blobs++;
        verified->bytes += f->size;
        if (!marks[i])
            continue;
        count++;
        wrong(data, &f->digest);
        if (s->lock >= 0 && take_away(&c, BLOBSTORE_BLOBS, f, err) < 0)
            return -1;
    }
    return count ? err_set(err, ERR_INTEGRITY, "%s: %zu of %zu blobs were wrong", s->path, count,
                           list.files.len)
                 : 0;
}
