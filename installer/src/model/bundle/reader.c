// SPDX-License-Identifier: Apache-2.0
// Opening, reading and verifying a bundle.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/pool.h"
#include "io/crypto.h"
#include "model/bundle/layout.h"

#define BAD_FILE_HINT                                                                              \
    "copy it from where it was made again, or remove it and run 'sandstrap bundle build'"

enum { READER_PIECE_BYTES = 1 << 20 };

struct bundle {
    int fd;
    char *path;
    struct digest identity;
    size_t index_size;
    struct index index;
};

void bundle_close(struct bundle *b)
{
    if (!b)
        return;
    fd_cleanup(&b->fd);
    index_free(&b->index);
    free(b->path);
    free(b);
}

static bool is_zero(const unsigned char *data, size_t len)
{
    return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

static int check_header(struct bundle *b, const unsigned char *header, struct err **err)
{
    uint64_t index_size = layout_get_number(header + LAYOUT_INDEX_SIZE_AT, 8);
    uint64_t version = layout_get_number(header + LAYOUT_VERSION_AT, 4);

    if (memcmp(header, LAYOUT_MAGIC, LAYOUT_MAGIC_BYTES) != 0)
        return err_set(err, ERR_INTEGRITY, "the header is not that of a bundle");
    if (version > 0 && version < LAYOUT_VERSION) {
        err_set(err, ERR_CONFIG, "it was made by an older sandstrap, in format version %llu",
                (unsigned long long)version);
        return err_hint(err, "build it again with 'sandstrap bundle build'");
    }
    if (version != LAYOUT_VERSION)
        return err_set(err, ERR_INTEGRITY, "the header names format version %llu, not %d",
                       (unsigned long long)version, LAYOUT_VERSION);
    if (!is_zero(header + LAYOUT_VERSION_AT + 4, 4) ||
        !is_zero(header + LAYOUT_HEADER_USED, LAYOUT_ALIGN - LAYOUT_HEADER_USED))
        return err_set(err, ERR_INTEGRITY, "the header has bytes that must be zero");
    if (index_size == 0 || index_size > BUNDLE_INDEX_MAX_BYTES)
        return err_set(err, ERR_INTEGRITY, "the header gives the index an impossible length");
    b->index_size = (size_t)index_size;
    return 0;
}

static int read_index(struct bundle *b, const unsigned char *header, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    char *at = buf_reserve(&text, b->index_size);

    if (!at)
        return buf_check(&text, ERR_INTEGRITY, "the index", err);
    if (fd_read_at(b->fd, at, b->index_size, LAYOUT_INDEX_AT, "the index", err) < 0)
        return -1;
    buf_commit(&text, b->index_size);
    b->identity = crypto_sha256(buf_span(&text));
    if (memcmp(b->identity.bytes, header + LAYOUT_INDEX_DIGEST_AT, DIGEST_BYTES) != 0)
        return err_set(err, ERR_INTEGRITY, "the index does not have the digest in the header");
    b->index.arena = arena_new();
    return index_parse(&b->index, buf_span(&text), err);
}

static int check_size(struct bundle *b, struct err **err)
{
    struct stat st;

    if (fstat(b->fd, &st) < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "fstat");
    if ((uint64_t)st.st_size != b->index.size)
        return err_set(err, ERR_INTEGRITY, "the file has %llu bytes, the index says %llu",
                       (unsigned long long)st.st_size, (unsigned long long)b->index.size);
    return 0;
}

static int load(struct bundle *b, struct err **err)
{
    unsigned char header[LAYOUT_ALIGN];

    if (fd_read_at(b->fd, header, sizeof(header), 0, "the header", err) < 0 ||
        check_header(b, header, err) < 0 || read_index(b, header, err) < 0)
        return -1;
    return check_size(b, err);
}

// Without waiting for the other end of a pipe.
static int open_file(struct bundle *b, struct err **err)
{
    struct stat st;

    b->fd = file_open(AT_FDCWD, b->path, O_RDONLY | O_NONBLOCK, err);
    if (b->fd < 0)
        return -1;
    if (fstat(b->fd, &st) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", b->path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFIG, "%s is not a regular file", b->path);
    return 0;
}

struct bundle *bundle_open(const char *path, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = MEM_NEW(struct bundle);

    b->path = mem_str(path);
    b->fd = -1;
    if (open_file(b, err) < 0) {
        err_hint(err, "'sandstrap bundle build' makes one from a lock");
        return NULL;
    }
    if (load(b, err) < 0) {
        err_wrap(err, "bundle %s", path);
        if (!err_hint_text(*err))
            err_hint(err, BAD_FILE_HINT);
        return NULL;
    }
    return STEAL(b);
}

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

// The artifact that a blob belongs to, for messages: "image ghcr.io/fluxcd/x:v1".
static char *owner_of(const struct bundle *b, size_t blob)
{
    const struct bundle_artifact *a = b->index.owners[blob];

    return mem_printf("%s %.*s", bundle_kind_name(a->kind), SPAN_ARG(a->name));
}

struct stream *bundle_stream(const struct bundle *b, const struct bundle_blob *blob)
{
    char *owner CLEANUP(mem_cleanup) = owner_of(b, (size_t)(blob - b->index.blobs.items));
    char *what CLEANUP(mem_cleanup) =
        mem_printf("bundle %s: %s: blob %s", b->path, owner, DIGEST_TEXT(&blob->digest));

    return crypto_sha256_stream(stream_from_fd(b->fd, blob->offset, blob->size, what),
                                &blob->digest, what);
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
    if (!is_zero(data, len))
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
    char *owner CLEANUP(mem_cleanup) = owner_of(b, i);
    char *what CLEANUP(mem_cleanup) = mem_printf("%s: blob %s", owner, DIGEST_TEXT(&blob->digest));
    char *padding CLEANUP(mem_cleanup) = mem_printf("%s: the padding behind it", what);
    uint64_t end = blob->offset + blob->size;

    if (hash_blob(v, blob, what, err) < 0)
        return -1;
    return check_zero(b, end, layout_align(end), padding, err);
}

static int verify_region(void *data, size_t region, struct err **err)
{
    const struct verify *v = data;
    const struct bundle *b = v->bundle;
    uint64_t index_end = LAYOUT_INDEX_AT + b->index_size;

    if (region == REGION_SIGNATURE)
        return check_zero(b, LAYOUT_SIGNATURE_AT, LAYOUT_SIGNATURE_AT + LAYOUT_SIGNATURE_BYTES,
                          "the signature area", err);
    if (region == REGION_INDEX_PADDING)
        return check_zero(b, index_end, layout_align(index_end), "the padding of the index", err);
    return verify_blob(v, region - REGION_FIRST_BLOB, err);
}

int bundle_verify(const struct bundle *b, struct cancel *cancel, struct err **err)
{
    struct verify v = {b, cancel};

    posix_fadvise(b->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (pool_run(REGION_FIRST_BLOB + b->index.blobs.len, verify_region, &v, err) == 0)
        return 0;
    if (err_kind(*err) == ERR_CANCELLED)
        return -1;
    err_wrap(err, "bundle %s", b->path);
    return err_hint(err, BAD_FILE_HINT);
}
