// SPDX-License-Identifier: Apache-2.0
// One blob on its way into a store: as a part that is locked and has all its room, until it is
// whole and right.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/blobstore/inner.h"

enum {
    PIECE_BYTES = 1 << 20,
    FLUSH_BYTES = 16 << 20, // after so many more, the kernel is told to begin with writing them
};

struct blobstore_blob {
    struct blobstore *store;
    struct digest digest;
    uint64_t size, done, flushed;
    uint64_t taken; // of the budget
    struct crypto_hash *hash;
    int fd;
    bool full;  // the disk
    bool named; // it is a blob now
};

// Opens and locks the part. Another thread may have named or collected it between the two: then
// what is locked is not the part any more.
static int open_part(struct blobstore_blob *b, struct stat *st, struct err **err)
{
    int dir = b->store->dirs[BLOBSTORE_PARTS];
    struct stat named;

    for (;;) {
        b->fd =
            file_open(dir, DIGEST_HEX(&b->digest), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, err);
        if (b->fd < 0)
            return err_wrap(err, "%s", b->store->folders[BLOBSTORE_PARTS]);
        if (flock(b->fd, LOCK_EX | LOCK_NB) < 0) {
            fd_cleanup(&b->fd); // it is somebody else's
            return err_set(err, ERR_USAGE, "%s: blob %s is on its way already", b->store->path,
                           DIGEST_TEXT(&b->digest));
        }
        if (fstat(b->fd, st) < 0 || !S_ISREG(st->st_mode))
            return err_set(err, ERR_CONFIG, "%s/%s is not a regular file",
                           b->store->folders[BLOBSTORE_PARTS], DIGEST_HEX(&b->digest));
        if (fstatat(dir, DIGEST_HEX(&b->digest), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
            named.st_ino == st->st_ino && named.st_dev == st->st_dev)
            return 0;
        fd_cleanup(&b->fd);
    }
}

static int no_room(struct blobstore_blob *b, struct err **err)
{
    b->full = true;
    return blobstore_disk_is_full(b->store, b->size - b->done, err);
}

// Hashes what an earlier write left; what cannot be read is not there.
static void hash_part(struct blobstore_blob *b, uint64_t size)
{
    void *piece CLEANUP(mem_cleanup) = mem_alloc(PIECE_BYTES);
    struct err *unreadable CLEANUP(err_cleanup) = NULL;

    while (b->done < size) {
        uint64_t left = size - b->done;
        size_t n = left < PIECE_BYTES ? (size_t)left : (size_t)PIECE_BYTES;

        if (fd_read_at(b->fd, piece, n, b->done, "a part", &unreadable) < 0) {
            crypto_hash_start(b->hash);
            b->done = 0;
            return;
        }
        crypto_hash_add(b->hash, piece, n);
        b->done += n;
    }
    b->flushed = b->done;
}

// Takes the disk space now, without making the file longer than what was written.
static int reserve(struct blobstore_blob *b, struct err **err)
{
    int result;

    if (b->done == b->size)
        return 0;
    do
        result = fallocate(b->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)b->size);
    while (result < 0 && errno == EINTR);
    if (result == 0)
        return 0;
    if (blobstore_means_full(errno))
        return no_room(b, err);
    if (errno == EOPNOTSUPP || errno == ENOSYS)
        return blobstore_check_disk(b->store, b->size - b->done, err);
    return err_set_errno(err, ERR_CONFIG, errno, "%s: %llu bytes", b->store->path,
                         (unsigned long long)b->size);
}

static int begin(struct blobstore_blob *b, struct err **err)
{
    struct stat st;

    if (open_part(b, &st, err) < 0)
        return -1;
    b->taken = blobstore_weight(b->store, BLOBSTORE_PARTS, &b->digest);
    if ((uint64_t)st.st_size <= b->size)
        hash_part(b, (uint64_t)st.st_size);
    if (b->taken < b->size) {
        if (blobstore_take(b->store, b->size - b->taken, err) < 0)
            return -1;
        b->taken = b->size;
    }
    if (ftruncate(b->fd, (off_t)b->done) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", b->store->path);
    return reserve(b, err);
}

struct blobstore_blob *blobstore_blob_begin(struct blobstore *s, const struct digest *digest,
                                            uint64_t size, uint64_t *have, struct err **err)
{
    struct blobstore_blob *b CLEANUP(blobstore_blob_cleanup) = MEM_NEW(struct blobstore_blob);

    b->store = s;
    b->digest = *digest;
    b->size = size;
    b->fd = -1;
    b->hash = crypto_hash_new(CRYPTO_SHA256);
    if (begin(b, err) < 0)
        return NULL;
    *have = b->done;
    return STEAL(b);
}

// The kernel begins to write in time, so that the sync at the end has little left to wait for.
static void flush_some(struct blobstore_blob *b)
{
    if (b->done - b->flushed < FLUSH_BYTES)
        return;
    sync_file_range(b->fd, (off_t)b->flushed, (off_t)(b->done - b->flushed), SYNC_FILE_RANGE_WRITE);
    b->flushed = b->done;
}

int blobstore_blob_add(struct blobstore_blob *b, struct span piece, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (piece.len > b->size - b->done)
        return err_set(err, ERR_INTEGRITY, "blob %s: it is larger than %llu bytes",
                       DIGEST_TEXT(&b->digest), (unsigned long long)b->size);
    crypto_hash_add(b->hash, piece.ptr, piece.len);
    if (fd_write_at(b->fd, piece.ptr, piece.len, b->done, b->store->path, &why) < 0)
        return blobstore_means_full(err_errno(why)) ? no_room(b, err) : err_move(err, &why);
    b->done += piece.len;
    flush_some(b);
    return 0;
}

static int name(struct blobstore_blob *b, struct err **err)
{
    struct blobstore *s = b->store;
    struct err *why CLEANUP(err_cleanup) = NULL;
    uint64_t replaced;

    if (fd_sync(b->fd, s->path, &why) < 0) {
        if (blobstore_means_full(err_errno(why)))
            return no_room(b, err);
        // The kernel tells of a failed write once, and then takes its pages for written: what a
        // later try would read and hash need not be on the disk. Nothing of it is kept.
        b->done = 0;
        return err_move(err, &why);
    }
    replaced = blobstore_weight(s, BLOBSTORE_BLOBS, &b->digest);
    if (renameat(s->dirs[BLOBSTORE_PARTS], DIGEST_HEX(&b->digest), s->dirs[BLOBSTORE_BLOBS],
                 DIGEST_HEX(&b->digest)) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: naming blob %s", s->path,
                             DIGEST_TEXT(&b->digest));
    blobstore_give_back(s, replaced);
    b->named = true;
    return 0;
}

int blobstore_blob_end(struct blobstore_blob *b_take, struct err **err)
{
    struct blobstore_blob *b CLEANUP(blobstore_blob_cleanup) = b_take;

    if (crypto_hash_check(b->hash, b->done, &b->digest, b->size, err) < 0) {
        b->done = 0; // nothing of it is kept
        return -1;
    }
    return name(b, err);
}

// What is left of it: nothing; or what was written, without the room behind that.
static void leave_part(struct blobstore_blob *b)
{
    uint64_t kept = 0;

    if (b->done == 0 || b->full || ftruncate(b->fd, (off_t)b->done) < 0)
        unlinkat(b->store->dirs[BLOBSTORE_PARTS], DIGEST_HEX(&b->digest), 0);
    else
        kept = blobstore_weight(b->store, BLOBSTORE_PARTS, &b->digest);
    if (kept < b->taken)
        blobstore_give_back(b->store, b->taken - kept);
}

void blobstore_blob_abandon(struct blobstore_blob *b)
{
    if (!b)
        return;
    if (b->fd >= 0 && !b->named)
        leave_part(b);
    fd_cleanup(&b->fd);
    crypto_hash_free(b->hash);
    free(b);
}
