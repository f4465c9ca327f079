// SPDX-License-Identifier: Apache-2.0
// Writing a bundle. The layout is fixed before the first blob comes, so blobs are
// written in place, in any order, and an interrupted build goes on where it was.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/bundle/delta.h"
#include "model/bundle/part.h"
#include "model/bundle/plan.h"

enum { WRITER_PIECE_BYTES = 1 << 20 };

struct bundle_writer {
    struct part part;
    struct cancel *cancel;
    char *path;
    struct index index; // laid out: its own order of blobs
    size_t *place;      // the plan's blob index to the index here
    bool *written;      // by the index here
    struct buf head;    // header and signature area, padded, and the index; a delta's list
    struct delta delta; // when `left_out` of it is set
};

static bool is_left_out(const struct bundle_writer *w, size_t at)
{
    return w->delta.left_out && w->delta.left_out[at];
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

        // A blob that no artifact uses is not in the file, nor one that is left out.
        w->place[i] = at && !is_left_out(w, at - 1) ? at - 1 : SIZE_MAX;
    }
    for (size_t i = 0; i < w->index.blobs.len; i++)
        w->written[i] = is_left_out(w, i);
}

// Puts a delta's list behind the index, and blobs where they are then.
static int add_list(struct bundle_writer *w, const struct bundle_plan *p, struct err **err)
{
    struct buf list CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    unsigned char *header = (unsigned char *)w->head.data;
    uint64_t at = layout_align(w->head.len);
    struct digest digest;

    delta_choose(&w->delta, &w->index, p);
    delta_write(&w->delta, &w->index, &list);
    if (buf_check(&list, ERR_CONFIG, "the list of what is left out", err) < 0)
        return -1;
    w->delta.size = list.len;
    digest = crypto_sha256(buf_span(&list));
    layout_put_number(header + LAYOUT_KIND_AT, LAYOUT_DELTA, 4);
    layout_put_number(header + LAYOUT_LIST_SIZE_AT, list.len, 8);
    memcpy(header + LAYOUT_LIST_DIGEST_AT, digest.bytes, sizeof(digest.bytes));
    buf_add_repeat(&w->head, '\0', (size_t)at - w->head.len);
    buf_add_span(&w->head, buf_span(&list));
    delta_lay_out(&w->delta, &w->index, at);
    return 0;
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

struct bundle_writer *bundle_writer_open(struct bundle_plan *p, const char *path,
                                         struct cancel *cancel, struct err **err)
{
    struct bundle_writer *w CLEANUP(bundle_writer_cleanup) = MEM_NEW(struct bundle_writer);

    w->part.fd = -1;
    w->cancel = cancel;
    w->head = (struct buf)BUF_INIT(2 * BUNDLE_INDEX_MAX_BYTES + LAYOUT_INDEX_AT);
    w->path = mem_str(path);
    w->index = plan_index(p);
    if (make_head(w, err) < 0 || (map_len(&p->left_out) && add_list(w, p, err) < 0))
        return NULL;
    map_places(w, p);
    if (part_open(&w->part, w->path, w->index.size, buf_span(&w->head), err) < 0)
        return NULL;
    return STEAL(w);
}

// Whether nothing was ever written there, as far as the file system can tell.
static bool is_hole(const struct bundle_writer *w, const struct bundle_blob *b)
{
    off_t data = lseek(w->part.fd, (off_t)b->offset, SEEK_DATA);

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
    s = crypto_sha256_stream(stream_from_fd(w->part.fd, b->offset, b->size, w->part.name),
                             &b->digest, w->part.name);
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
    if (part_write(&b->w->part, piece, blob->offset + b->done, err) < 0)
        return -1;
    b->done += piece.len;
    return 0;
}

static int check_blob(struct bundle_blob_writer *b, struct err **err)
{
    const struct bundle_blob *blob = &b->w->index.blobs.items[b->at];

    if (crypto_hash_check(b->hash, b->done, &blob->digest, blob->size, err) < 0)
        return -1;
    b->w->written[b->at] = true;
    // On its way to the disk now, so that the fsync at the end has little left to wait for.
    sync_file_range(b->w->part.fd, (off_t)blob->offset, (off_t)blob->size, SYNC_FILE_RANGE_WRITE);
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
    return part_commit(&w->part, err);
}

void bundle_writer_abandon(struct bundle_writer *w)
{
    if (!w)
        return;
    part_close(&w->part);
    index_free(&w->index);
    buf_free(&w->head);
    free(w->place);
    free(w->written);
    free(w->path);
    free(w);
}
