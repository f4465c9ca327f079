// SPDX-License-Identifier: Apache-2.0
// Opening a bundle, or the head of one.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/bundle/reader.h"

void bundle_close(struct bundle *b)
{
    if (!b)
        return;
    fd_cleanup(&b->fd);
    index_free(&b->index);
    free(b->path);
    free(b);
}

bool reader_is_zero(const unsigned char *data, size_t len)
{
    return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

static int check_header(struct bundle *b, const unsigned char *header, struct err **err)
{
    uint64_t index_size = layout_get_number(header + LAYOUT_INDEX_SIZE_AT, 8);
    uint64_t version = layout_get_number(header + LAYOUT_VERSION_AT, 4);
    size_t used;

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
    b->is_delta = layout_get_number(header + LAYOUT_KIND_AT, 4) == LAYOUT_DELTA;
    used = b->is_delta ? LAYOUT_DELTA_USED : LAYOUT_HEADER_USED;
    if ((!b->is_delta && !reader_is_zero(header + LAYOUT_KIND_AT, 4)) ||
        !reader_is_zero(header + used, LAYOUT_ALIGN - used))
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

// What a delta leaves out.
static int read_list(struct bundle *b, const unsigned char *header, struct err **err)
{
    uint64_t at = layout_align(LAYOUT_INDEX_AT + b->index_size);
    uint64_t size = layout_get_number(header + LAYOUT_LIST_SIZE_AT, 8);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    char *into = size <= BUNDLE_INDEX_MAX_BYTES ? buf_reserve(&text, (size_t)size) : NULL;
    struct digest digest;

    if (!into)
        return err_set(err, ERR_INTEGRITY,
                       "the header gives the list of what is left out an impossible length");
    if (fd_read_at(b->fd, into, (size_t)size, at, "the list of what is left out", err) < 0)
        return -1;
    buf_commit(&text, (size_t)size);
    digest = crypto_sha256(buf_span(&text));
    if (memcmp(digest.bytes, header + LAYOUT_LIST_DIGEST_AT, DIGEST_BYTES) != 0)
        return err_set(err, ERR_INTEGRITY,
                       "the list of what is left out does not have the digest in the header");
    if (delta_parse(&b->delta, &b->index, buf_span(&text), err) < 0)
        return -1;
    delta_lay_out(&b->delta, &b->index, at);
    return 0;
}

static int check_size(const struct bundle *b, uint64_t size, struct err **err)
{
    struct stat st;

    if (fstat(b->fd, &st) < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "fstat");
    if ((uint64_t)st.st_size != size)
        return err_set(err, ERR_INTEGRITY, "the file has %llu bytes, the index says %llu",
                       (unsigned long long)st.st_size, (unsigned long long)size);
    return 0;
}

static int load(struct bundle *b, struct err **err)
{
    unsigned char header[LAYOUT_ALIGN];

    if (fd_read_at(b->fd, header, sizeof(header), 0, "the header", err) < 0 ||
        check_header(b, header, err) < 0)
        return -1;
    if (read_index(b, header, err) < 0)
        return -1;
    return b->is_delta ? read_list(b, header, err) : 0;
}

static uint64_t head_size(const struct bundle *b)
{
    return LAYOUT_INDEX_AT + b->index_size;
}

int reader_no_blobs(const struct bundle *b, struct err **err)
{
    return err_set(err, ERR_UNSUPPORTED, "bundle %s: only its head is here, its blobs are not",
                   b->path);
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

// With `identity` it is to be the head of that one.
static int open_as(struct bundle *b, const struct digest *identity, struct err **err)
{
    if (load(b, err) < 0)
        return -1;
    if (!identity)
        return check_size(b, b->index.size, err);
    if (!digest_eq(&b->identity, identity))
        return err_set(err, ERR_INTEGRITY, "it is %s", DIGEST_TEXT(&b->identity));
    if (b->is_delta)
        return err_set(err, ERR_INTEGRITY, "it is a delta");
    if (check_size(b, head_size(b), err) < 0)
        return -1;
    fd_cleanup(&b->fd);
    return 0;
}

static struct bundle *open_path(const char *path, const struct digest *identity,
                                const char *missing_hint, const char *bad_hint, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = MEM_NEW(struct bundle);

    b->path = mem_str(path);
    b->fd = -1;
    if (open_file(b, err) < 0) {
        err_hint(err, "%s", missing_hint);
        return NULL;
    }
    if (open_as(b, identity, err) < 0) {
        err_wrap(err, "bundle %s", path);
        if (!err_hint_text(*err))
            err_hint(err, "%s", bad_hint);
        return NULL;
    }
    return STEAL(b);
}

struct bundle *bundle_open(const char *path, struct err **err)
{
    return open_path(path, NULL, "'sandstrap bundle build' makes one from a lock",
                     READER_BAD_FILE_HINT, err);
}

struct bundle *bundle_open_head(const char *path, const struct digest *identity, struct err **err)
{
    const char *hint = "'sandstrap store add' puts the bundle there again";

    return open_path(path, identity, hint, hint, err);
}

int bundle_head(const struct bundle *b, struct buf *out, struct err **err)
{
    struct buf head CLEANUP(buf_free) = BUF_INIT(LAYOUT_INDEX_AT + BUNDLE_INDEX_MAX_BYTES);
    char *at = buf_reserve(&head, (size_t)head_size(b));
    struct digest identity;

    if (b->fd < 0)
        return reader_no_blobs(b, err);
    if (!at)
        return buf_check(&head, ERR_INTEGRITY, "the head", err);
    if (fd_read_at(b->fd, at, (size_t)head_size(b), 0, b->path, err) < 0)
        return -1;
    buf_commit(&head, (size_t)head_size(b));
    if (b->is_delta) {
        memset(head.data + LAYOUT_KIND_AT, 0, 4);
        memset(head.data + LAYOUT_HEADER_USED, 0, LAYOUT_DELTA_USED - LAYOUT_HEADER_USED);
    }
    identity = crypto_sha256(span_tail(buf_span(&head), LAYOUT_INDEX_AT));
    if (!digest_eq(&identity, &b->identity))
        return err_set(err, ERR_INTEGRITY, "bundle %s: it was changed meanwhile", b->path);
    if (!reader_is_zero((unsigned char *)head.data + LAYOUT_SIGNATURE_AT, LAYOUT_SIGNATURE_BYTES))
        return err_set(err, ERR_INTEGRITY, "bundle %s: " READER_BAD_SIGNATURE_AREA, b->path);
    buf_add_span(out, buf_span(&head));
    return 0;
}
