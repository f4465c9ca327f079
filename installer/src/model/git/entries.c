// SPDX-License-Identifier: Apache-2.0
// Reading packs of our own from front to back.
#include "model/git/entries.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "model/git/store.h"

enum { PACK_VERSION = 2, ENTRIES_STEP_BYTES = 32 << 10 };

struct entries {
    struct stream *in;
    uint32_t left;     // objects
    uint64_t passed;   // bytes before `at`
    struct span ahead; // read and not yet used, in `in_buf`
    z_stream z;
    struct crypto_hash *hash;
    char in_buf[ENTRIES_STEP_BYTES];
    char out_buf[ENTRIES_STEP_BYTES];
};

static uint32_t big_endian(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

int entries_read_header(struct span pack, uint32_t *count, struct err **err)
{
    if (pack.len < GIT_PACK_HEADER_BYTES || !span_starts(pack, "PACK") ||
        big_endian(pack.ptr + 4) != PACK_VERSION)
        return err_set(err, ERR_INTEGRITY, "not a pack of version %d", PACK_VERSION);
    *count = big_endian(pack.ptr + 8);
    if (*count > GIT_OBJECTS_MAX)
        return err_set(err, ERR_INTEGRITY, "the pack has %zu objects, more than %d", (size_t)*count,
                       GIT_OBJECTS_MAX);
    return 0;
}

size_t entries_read_head(struct span at, unsigned *type, uint64_t *size)
{
    unsigned shift = 4;

    if (!at.len)
        return 0;
    *type = (unsigned char)at.ptr[0] >> 4 & 7;
    *size = at.ptr[0] & 15;
    for (size_t i = 0; i < at.len && i < ENTRIES_HEAD_MAX_BYTES; i++) {
        unsigned char byte = (unsigned char)at.ptr[i];

        if (i) {
            *size |= (uint64_t)(byte & 0x7f) << shift;
            shift += 7;
        }
        if (!(byte & 0x80))
            return i + 1;
    }
    return 0;
}

static int bad(const struct entries *e, const char *why, struct err **err)
{
    return err_set(err, ERR_INTEGRITY, "%s at byte %ju of the pack", why, (uintmax_t)e->passed);
}

static void step_over(struct entries *e, size_t len)
{
    e->ahead = span_tail(e->ahead, len);
    e->passed += len;
}

// Reads on until there are `len` bytes ahead, or the stream ends.
static int look_ahead(struct entries *e, size_t len, struct err **err)
{
    if (e->ahead.len >= len)
        return 0;
    if (e->ahead.len)
        memmove(e->in_buf, e->ahead.ptr, e->ahead.len);
    e->ahead.ptr = e->in_buf;
    while (e->ahead.len < len) {
        ssize_t got =
            stream_read(e->in, e->in_buf + e->ahead.len, ENTRIES_STEP_BYTES - e->ahead.len);

        if (got < 0)
            return stream_error(e->in, err);
        if (!got)
            return 0;
        e->ahead.len += (size_t)got;
    }
    return 0;
}

struct entries *entries_new(struct stream *pack_take, struct err **err)
{
    struct entries *e CLEANUP(entries_cleanup) = MEM_NEW(struct entries);

    e->in = pack_take;
    e->ahead = span_of(e->in_buf, 0);
    e->hash = crypto_hash_new(CRYPTO_SHA1);
    if (inflateInit(&e->z) != Z_OK)
        mem_die("zlib does not start");
    if (look_ahead(e, GIT_PACK_HEADER_BYTES, err) < 0 ||
        entries_read_header(e->ahead, &e->left, err) < 0)
        return NULL;
    step_over(e, GIT_PACK_HEADER_BYTES);
    return STEAL(e);
}

void entries_free(struct entries *e)
{
    if (!e)
        return;
    inflateEnd(&e->z);
    crypto_hash_free(e->hash);
    stream_close(e->in);
    free(e);
}

// Inflates what is ahead into the hash and `content`; *result is zlib's.
static int inflate_step(struct entries *e, struct buf *content, int *result, struct err **err)
{
    size_t made, used;

    if (look_ahead(e, 1, err) < 0)
        return -1;
    e->z.next_in = (unsigned char *)e->ahead.ptr;
    e->z.avail_in = (unsigned)e->ahead.len;
    e->z.next_out = (unsigned char *)e->out_buf;
    e->z.avail_out = sizeof(e->out_buf);
    *result = inflate(&e->z, Z_NO_FLUSH);
    made = sizeof(e->out_buf) - e->z.avail_out;
    used = e->ahead.len - e->z.avail_in;
    crypto_hash_add(e->hash, e->out_buf, made);
    if (content)
        buf_add(content, e->out_buf, made);
    step_over(e, used);
    return 0;
}

static int read_content(struct entries *e, struct entry *entry, uint64_t size, struct buf *content,
                        struct err **err)
{
    int result = Z_OK;

    if (inflateReset(&e->z) != Z_OK)
        return err_set(err, ERR_INTERNAL, "zlib does not start again");
    store_start_name(e->hash, entry->type, size);
    while (result == Z_OK && e->z.total_out <= size)
        if (inflate_step(e, content, &result, err) < 0)
            return -1;
    if (result != Z_STREAM_END || e->z.total_out != size)
        return bad(e, "bad compressed data", err);
    crypto_hash_end(e->hash, entry->oid.bytes);
    return content ? buf_check(content, ERR_INTEGRITY, "an object", err) : 0;
}

int entries_next(struct entries *e, struct entry *entry, struct buf *content, struct err **err)
{
    unsigned type = 0;
    uint64_t size = 0;
    size_t head;

    if (!e->left)
        return 0;
    e->left--;
    entry->at = e->passed;
    if (look_ahead(e, ENTRIES_HEAD_MAX_BYTES, err) < 0)
        return -1;
    head = entries_read_head(e->ahead, &type, &size);
    if (!head || size > GIT_OBJECT_MAX_BYTES)
        return bad(e, "no object", err);
    if (type < GIT_COMMIT || type > GIT_TAG)
        return bad(e, "a delta", err);
    step_over(e, head);
    entry->type = (enum git_type)type;
    if (read_content(e, entry, size, content, err) < 0)
        return -1;
    entry->len = e->passed - entry->at;
    return 1;
}
