// SPDX-License-Identifier: Apache-2.0
// What is in a bundle, reading and verifying it.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"
#include "io/crypto.h"
#include "model/bundle/reader.h"

enum { READER_PIECE_BYTES = 1 << 20 };

const struct digest *bundle_identity(const struct bundle *b)
{
    return &b->identity;
}

const char *bundle_path(const struct bundle *b)
{
    return b->path;
}

uint64_t bundle_size(const struct bundle *b)
{
    return b->index.size;
}

struct span bundle_kube_version(const struct bundle *b)
{
    return b->index.kube_version;
}

struct span bundle_origin(const struct bundle *b)
{
    return b->index.origin;
}

const struct digest *bundle_lock_digest(const struct bundle *b)
{
    return &b->index.lock_digest;
}

const struct span *bundle_platforms(const struct bundle *b, size_t *count)
{
    *count = b->index.platforms.len;
    return b->index.platforms.items;
}

int bundle_fd(const struct bundle *b)
{
    return b->fd;
}

const struct bundle_artifact *bundle_artifacts(const struct bundle *b, size_t *count)
{
    *count = b->index.artifacts.len;
    return b->index.artifacts.items;
}

const struct bundle_blob *bundle_blobs(const struct bundle *b, size_t *count)
{
    *count = b->index.blobs.len;
    return b->index.blobs.items;
}

uint64_t bundle_artifact_size(const struct bundle *b, const struct bundle_artifact *a)
{
    uint64_t size = 0;

    for (size_t i = 0; i < a->blob_count; i++)
        size += b->index.blobs.items[a->blobs[i]].size;
    return size;
}

static int compare_keys(const void *key, const void *artifact)
{
    return index_compare(key, artifact);
}

const struct bundle_artifact *bundle_find(const struct bundle *b, enum bundle_kind kind,
                                          struct span name, struct span version)
{
    struct bundle_artifact key = {.kind = kind, .name = name, .version = version};

    if (!b->index.artifacts.len)
        return NULL;
    return bsearch(&key, b->index.artifacts.items, b->index.artifacts.len, sizeof(key),
                   compare_keys);
}

const struct bundle_blob *bundle_find_blob(const struct bundle *b, const struct digest *digest)
{
    uintptr_t place = (uintptr_t)map_get(&b->index.by_digest, digest_key(digest));

    return place ? &b->index.blobs.items[place - 1] : NULL;
}

char *bundle_blob_owner(const struct bundle *b, const struct bundle_blob *blob)
{
    const struct bundle_artifact *a = b->index.owners[blob - b->index.blobs.items];

    return mem_printf("%s %.*s", bundle_kind_name(a->kind), SPAN_ARG(a->name));
}

const struct digest *bundle_since(const struct bundle *b)
{
    return b->is_delta ? &b->delta.since : NULL;
}

static bool is_held(const struct bundle *b, const struct bundle_blob *blob)
{
    return b->fd >= 0 && !(b->is_delta && b->delta.left_out[blob - b->index.blobs.items]);
}

// Returns -1.
static int refuse_blob(const struct bundle *b, const struct bundle_blob *blob, struct err **err)
{
    char *owner CLEANUP(mem_cleanup) = NULL;

    if (b->fd < 0)
        return reader_no_blobs(b, err);
    owner = bundle_blob_owner(b, blob);
    err_set(err, ERR_CONFIG,
            "bundle %s is a delta since %s: it does not hold the blob %s of %s, which is not there",
            b->path, DIGEST_TEXT(&b->delta.since), DIGEST_TEXT(&blob->digest), owner);
    return err_hint(err, "take the whole bundle, or bring the one there first that it is since");
}

int bundle_check_holds(const struct bundle *b, const struct bundle_blob *blob, struct err **err)
{
    return is_held(b, blob) ? 0 : refuse_blob(b, blob, err);
}

// What cannot be read: the first read fails.
static struct stream *no_stream(const struct bundle *b, const struct bundle_blob *blob)
{
    struct stream *s = stream_from_span(SPAN_EMPTY);

    refuse_blob(b, blob, &s->error);
    return s;
}

static struct stream *blob_stream(const struct bundle *b, const struct bundle_blob *blob)
{
    char *owner CLEANUP(mem_cleanup) = bundle_blob_owner(b, blob);
    char *what CLEANUP(mem_cleanup) =
        mem_printf("bundle %s: %s: blob %s", b->path, owner, DIGEST_TEXT(&blob->digest));

    return crypto_sha256_stream(stream_from_fd(b->fd, blob->offset, blob->size, what),
                                &blob->digest, what);
}

struct stream *bundle_stream(const struct bundle *b, const struct bundle_blob *blob)
{
    return is_held(b, blob) ? blob_stream(b, blob) : no_stream(b, blob);
}

int bundle_read(const struct bundle *b, const struct bundle_blob *blob, struct buf *out,
                struct err **err)
{
    struct stream *s CLEANUP(stream_cleanup) = bundle_stream(b, blob);

    return stream_read_all(s, out, ERR_INTEGRITY, "a blob of the bundle", err);
}

// The regions of a file, by index of pool_run(): the signature area, the padding of the index, and
// each blob with the padding behind it.
enum { REGION_SIGNATURE, REGION_INDEX_PADDING, REGION_FIRST_BLOB };

static int check_zero(const struct bundle *b, uint64_t from, uint64_t to, const char *what,
                      struct err **err)
{
    unsigned char data[LAYOUT_SIGNATURE_BYTES];
    size_t len = (size_t)(to - from);

    if (fd_read_at(b->fd, data, len, from, what, err) < 0)
        return -1;
    if (!reader_is_zero(data, len))
        return err_set(err, ERR_INTEGRITY, "%s has bytes that must be zero", what);
    return 0;
}

struct verify {
    const struct bundle *bundle;
    struct cancel *cancel;
};

static int hash_blob(const struct verify *v, const struct bundle_blob *blob, const char *what,
                     struct err **err)
{
    struct crypto_hash *hash CLEANUP(crypto_hash_cleanup) = crypto_hash_new(CRYPTO_SHA256);
    void *piece CLEANUP(mem_cleanup) = mem_alloc(READER_PIECE_BYTES);
    struct digest digest;
    uint64_t done = 0;

    while (done < blob->size) {
        size_t n = blob->size - done < READER_PIECE_BYTES ? (size_t)(blob->size - done)
                                                          : (size_t)READER_PIECE_BYTES;

        if (cancel_check(v->cancel, err) < 0 ||
            fd_read_at(v->bundle->fd, piece, n, blob->offset + done, what, err) < 0)
            return -1;
        crypto_hash_add(hash, piece, n);
        done += n;
    }
    digest = crypto_hash_digest(hash);
    if (!digest_eq(&digest, &blob->digest))
        return err_set(err, ERR_INTEGRITY, "%s: its bytes have the digest %s", what,
                       DIGEST_TEXT(&digest));
    return 0;
}

static int verify_blob(const struct verify *v, size_t i, struct err **err)
{
    const struct bundle *b = v->bundle;
    const struct bundle_blob *blob = &b->index.blobs.items[i];
    char *owner CLEANUP(mem_cleanup) = bundle_blob_owner(b, blob);
    char *what CLEANUP(mem_cleanup) = mem_printf("%s: blob %s", owner, DIGEST_TEXT(&blob->digest));
    char *padding CLEANUP(mem_cleanup) = mem_printf("%s: the padding behind it", what);
    uint64_t end = blob->offset + blob->size;

    if (hash_blob(v, blob, what, err) < 0)
        return -1;
    return check_zero(b, end, layout_align(end), padding, err);
}

// Behind the index, and behind a delta's list.
static int check_padding(const struct bundle *b, struct err **err)
{
    uint64_t index_end = LAYOUT_INDEX_AT + b->index_size;
    uint64_t list_end = layout_align(index_end) + b->delta.size;

    if (check_zero(b, index_end, layout_align(index_end), "the padding of the index", err) < 0)
        return -1;
    return check_zero(b, list_end, layout_align(list_end),
                      "the padding of the list of what is left out", err);
}

static int verify_region(void *data, size_t region, struct err **err)
{
    const struct verify *v = data;
    const struct bundle *b = v->bundle;

    if (region == REGION_SIGNATURE)
        return check_zero(b, LAYOUT_SIGNATURE_AT, LAYOUT_SIGNATURE_AT + LAYOUT_SIGNATURE_BYTES,
                          "the signature area", err);
    if (region == REGION_INDEX_PADDING)
        return check_padding(b, err);
    region -= REGION_FIRST_BLOB;
    return is_held(b, &b->index.blobs.items[region]) ? verify_blob(v, region, err) : 0;
}

int bundle_verify(const struct bundle *b, struct cancel *cancel, struct err **err)
{
    struct verify v = {b, cancel};

    if (b->fd < 0)
        return reader_no_blobs(b, err);
    posix_fadvise(b->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (pool_run(REGION_FIRST_BLOB + b->index.blobs.len, verify_region, &v, err) == 0)
        return 0;
    if (err_kind(*err) == ERR_CANCELLED)
        return -1;
    err_wrap(err, "bundle %s", b->path);
    return err_hint(err, READER_BAD_FILE_HINT);
}
