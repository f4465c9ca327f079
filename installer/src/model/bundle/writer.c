// SPDX-License-Identifier: Apache-2.0
// Planning and writing a bundle. The layout is fixed before the first blob comes, so blobs are
// written in place, in any order, and an interrupted build goes on where it was.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/bundle/layout.h"

enum { WRITER_PIECE_BYTES = 1 << 20 };

struct bundle_plan {
    struct index index;
    struct map blobs; // digest to place + 1
};

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
    index_free(&p->index);
    free(p);
}

void bundle_plan_platform(struct bundle_plan *p, struct span platform)
{
    vec_push_arena(p->index.arena, &p->index.platforms, arena_span(p->index.arena, platform));
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

struct bundle_writer {
    int fd;
    struct cancel *cancel;
    bool disk_full;
    char *path;
    char *part;
    struct index index; // laid out: its own order of blobs
    size_t *place;      // the plan's blob index to the index here
    bool *written;      // by the index here
    struct buf head;    // header and signature area, padded, and the index
};

// The plan keeps its own order: what callers hold are its blob indexes.
static struct index copy_index(const struct bundle_plan *p)
{
    struct index index = {
        .arena = arena_new(),
        .origin = p->index.origin,
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
    struct index index = copy_index(p);
    struct digest identity;

    index_lay_out(&index, &text);
    identity = crypto_sha256(buf_span(&text));
    index_free(&index);
    return identity;
}

static void map_places(struct bundle_writer *w, const struct bundle_plan *p)
{
    struct map places CLEANUP(map_free) = MAP_INIT;

    for (size_t i = 0; i < w->index.blobs.len; i++)
        map_put(&places, digest_key(&w->index.blobs.items[i].digest), (void *)(uintptr_t)(i + 1));
    w->place = mem_zalloc(p->index.blobs.len, sizeof(*w->place));
    w->written = mem_zalloc(w->index.blobs.len, sizeof(*w->written));
    for (size_t i = 0; i < p->index.blobs.len; i++) {
        uintptr_t at = (uintptr_t)map_get(&places, digest_key(&p->index.blobs.items[i].digest));

        // A blob that no artifact uses is not in the file.
        w->place[i] = at ? at - 1 : SIZE_MAX;
    }
}

static int make_head(struct bundle_writer *w, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    unsigned char header[LAYOUT_HEADER_USED] = LAYOUT_MAGIC;
    struct digest digest;

    index_lay_out(&w->index, &text);
    if (buf_check(&text, ERR_CONFIG, "the index", err) < 0)
        return -1;
    layout_put_number(header + LAYOUT_VERSION_AT, LAYOUT_VERSION, 4);
    layout_put_number(header + LAYOUT_INDEX_SIZE_AT, text.len, 8);
    digest = crypto_sha256(buf_span(&text));
    memcpy(header + LAYOUT_INDEX_DIGEST_AT, digest.bytes, sizeof(digest.bytes));
    buf_add(&w->head, header, sizeof(header));
    buf_add_repeat(&w->head, '\0', LAYOUT_INDEX_AT - sizeof(header));
    buf_add_span(&w->head, buf_span(&text));
    return 0;
}

// Whether the .part file begins like this plan's: then its blobs may be there already.
static bool is_same_head(struct bundle_writer *w)
{
    char *there CLEANUP(mem_cleanup) = mem_alloc(w->head.len);
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    return fd_read_at(w->fd, there, w->head.len, 0, w->part, &ignored) == 0 &&
           memcmp(there, w->head.data, w->head.len) == 0;
}

// Opens and locks the .part file. Another writer may have put it in place between the two: then
// what is locked is the finished bundle, and not to be touched.
static int lock_part(struct bundle_writer *w, struct err **err)
{
    struct stat ours, named;

    for (;;) {
        w->fd = file_open(AT_FDCWD, w->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, err);
        if (w->fd < 0)
            return -1;
        if (flock(w->fd, LOCK_EX | LOCK_NB) < 0)
            return errno == EWOULDBLOCK
                       ? err_set(err, ERR_USAGE, "%s is being written by another process", w->part)
                       : err_set_errno(err, ERR_CONFIG, errno, "%s: locking it", w->part);
        if (fstat(w->fd, &ours) < 0)
            return err_set_errno(err, ERR_CONFIG, errno, "%s", w->part);
        if (!S_ISREG(ours.st_mode))
            return err_set(err, ERR_CONFIG, "%s is not a regular file", w->part);
        if (stat(w->part, &named) == 0 && named.st_ino == ours.st_ino &&
            named.st_dev == ours.st_dev)
            return 0;
        fd_cleanup(&w->fd);
    }
}

// A full disk is not kept full by a beginning that cannot be finished: see abandon.
static int no_room(struct bundle_writer *w, struct err **err)
{
    w->disk_full = true;
    err_set_errno(err, ERR_CONFIG, ENOSPC, "%s: the bundle needs %llu bytes", w->path,
                  (unsigned long long)w->index.size);
    return err_hint(err, "make room, or name a file on another disk with -o");
}

static bool is_full(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT;
}

static int write_at(struct bundle_writer *w, struct span data, uint64_t offset, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (fd_write_at(w->fd, data.ptr, data.len, offset, w->part, &why) == 0)
        return 0;
    return is_full(err_errno(why)) ? no_room(w, err) : err_move(err, &why);
}

// Takes the disk space now: better no beginning than no end.
static int reserve(struct bundle_writer *w, struct err **err)
{
    int result;

    do
        result = fallocate(w->fd, 0, 0, (off_t)w->index.size);
    while (result < 0 && errno == EINTR);
    if (result < 0 && is_full(errno))
        return no_room(w, err);
    if (result < 0 && errno != EOPNOTSUPP && errno != ENOSYS)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: %llu bytes", w->part,
                             (unsigned long long)w->index.size);
    if (ftruncate(w->fd, (off_t)w->index.size) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", w->part);
    return 0;
}

static int start_part(struct bundle_writer *w, struct err **err)
{
    if (lock_part(w, err) < 0)
        return -1;
    if (is_same_head(w))
        return reserve(w, err);
    // All of it zero first, then the head: it is never found in front of another plan's blobs.
    if (ftruncate(w->fd, 0) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", w->part);
    if (reserve(w, err) < 0)
        return -1;
    return write_at(w, buf_span(&w->head), 0, err);
}

struct bundle_writer *bundle_writer_open(struct bundle_plan *p, const char *path,
                                         struct cancel *cancel, struct err **err)
{
    struct bundle_writer *w CLEANUP(bundle_writer_cleanup) = MEM_NEW(struct bundle_writer);

    w->fd = -1;
    w->cancel = cancel;
    w->head = (struct buf)BUF_INIT(BUNDLE_INDEX_MAX_BYTES + LAYOUT_INDEX_AT);
    w->path = mem_str(path);
    w->part = mem_printf("%s.part", path);
    w->index = copy_index(p);
    if (make_head(w, err) < 0)
        return NULL;
    map_places(w, p);
    if (start_part(w, err) < 0)
        return NULL;
    return STEAL(w);
}

// Whether nothing was ever written there, as far as the file system can tell.
static bool is_hole(const struct bundle_writer *w, const struct bundle_blob *b)
{
    off_t data = lseek(w->fd, (off_t)b->offset, SEEK_DATA);

    return data < 0 ? errno == ENXIO : (uint64_t)data >= b->offset + b->size;
}

// Reads to the end, or until that is no longer wanted.
static bool is_whole(struct bundle_writer *w, struct stream *s)
{
    void *piece CLEANUP(mem_cleanup) = mem_alloc(WRITER_PIECE_BYTES);
    ssize_t n;

    while ((n = stream_read(s, piece, WRITER_PIECE_BYTES)) > 0)
        if (cancel_requested(w->cancel))
            return false;
    return n == 0;
}

bool bundle_writer_has(struct bundle_writer *w, size_t blob)
{
    size_t at = w->place[blob];
    const struct bundle_blob *b;
    struct stream *s CLEANUP(stream_cleanup) = NULL;

    if (at == SIZE_MAX || w->written[at])
        return true;
    b = &w->index.blobs.items[at];
    if (is_hole(w, b))
        return false;
    s = crypto_sha256_stream(stream_from_fd(w->fd, b->offset, b->size, w->part), &b->digest,
                             w->part);
    w->written[at] = is_whole(w, s);
    return w->written[at];
}

struct bundle_blob_writer {
    struct bundle_writer *w;
    size_t at; // in the writer's index; SIZE_MAX: not in the file, everything is dropped
    uint64_t done;
    struct crypto_hash *hash;
};

struct bundle_blob_writer *bundle_blob_begin(struct bundle_writer *w, size_t blob)
{
    struct bundle_blob_writer *b = MEM_NEW(struct bundle_blob_writer);

    b->w = w;
    b->at = w->place[blob];
    b->hash = crypto_hash_new(CRYPTO_SHA256);
    return b;
}

int bundle_blob_add(struct bundle_blob_writer *b, struct span piece, struct err **err)
{
    const struct bundle_blob *blob;

    if (cancel_check(b->w->cancel, err) < 0)
        return -1;
    if (b->at == SIZE_MAX)
        return 0;
    blob = &b->w->index.blobs.items[b->at];
    if (piece.len > blob->size - b->done)
        return err_set(err, ERR_INTEGRITY, "blob %s: it is larger than %llu bytes",
                       DIGEST_TEXT(&blob->digest), (unsigned long long)blob->size);
    crypto_hash_add(b->hash, piece.ptr, piece.len);
    if (write_at(b->w, piece, blob->offset + b->done, err) < 0)
        return -1;
    b->done += piece.len;
    return 0;
}

static int check_blob(struct bundle_blob_writer *b, struct err **err)
{
    const struct bundle_blob *blob = &b->w->index.blobs.items[b->at];
    struct digest digest;

    if (b->done != blob->size)
        return err_set(err, ERR_INTEGRITY, "blob %s: it has %llu bytes, not %llu",
                       DIGEST_TEXT(&blob->digest), (unsigned long long)b->done,
                       (unsigned long long)blob->size);
    digest = crypto_hash_digest(b->hash);
    if (!digest_eq(&digest, &blob->digest))
        return err_set(err, ERR_INTEGRITY, "blob %s: what came has the digest %s",
                       DIGEST_TEXT(&blob->digest), DIGEST_TEXT(&digest));
    b->w->written[b->at] = true;
    // On its way to the disk now, so that the fsync at the end has little left to wait for.
    sync_file_range(b->w->fd, (off_t)blob->offset, (off_t)blob->size, SYNC_FILE_RANGE_WRITE);
    return 0;
}

int bundle_blob_end(struct bundle_blob_writer *b, struct err **err)
{
    int result = b->at == SIZE_MAX ? 0 : check_blob(b, err);

    bundle_blob_abandon(b);
    return result;
}

void bundle_blob_abandon(struct bundle_blob_writer *b)
{
    if (!b)
        return;
    crypto_hash_free(b->hash);
    free(b);
}

int bundle_writer_put(struct bundle_writer *w, size_t blob, struct span data, struct err **err)
{
    struct bundle_blob_writer *b = bundle_blob_begin(w, blob);

    while (data.len) {
        if (bundle_blob_add(b, span_head(data, WRITER_PIECE_BYTES), err) < 0) {
            bundle_blob_abandon(b);
            return -1;
        }
        data = span_tail(data, WRITER_PIECE_BYTES);
    }
    return bundle_blob_end(b, err);
}

static int check_complete(const struct bundle_writer *w, struct err **err)
{
    for (size_t i = 0; i < w->index.blobs.len; i++)
        if (!w->written[i])
            return err_set(err, ERR_INTERNAL, "blob %s was never written",
                           DIGEST_TEXT(&w->index.blobs.items[i].digest));
    return 0;
}

int bundle_writer_commit(struct bundle_writer *w_take, struct err **err)
{
    struct bundle_writer *w CLEANUP(bundle_writer_cleanup) = w_take;

    if (check_complete(w, err) < 0)
        return -1;
    if (fsync(w->fd) < 0)
        return is_full(errno) ? no_room(w, err)
                              : err_set_errno(err, ERR_INTERNAL, errno, "fsync %s", w->part);
    if (rename(w->part, w->path) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", w->path);
    return file_sync_parent(w->path, err);
}

void bundle_writer_abandon(struct bundle_writer *w)
{
    if (!w)
        return;
    if (w->disk_full)
        unlink(w->part);
    fd_cleanup(&w->fd);
    index_free(&w->index);
    buf_free(&w->head);
    free(w->place);
    free(w->written);
    free(w->path);
    free(w->part);
    free(w);
}
