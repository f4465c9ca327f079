// SPDX-License-Identifier: Apache-2.0
// gzip and zstd, out of a stream.
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "io/archive.h"

enum {
    COMPRESS_PIECE_BYTES = 65536,
    MAGIC_BYTES = 4,
    GZIP_WINDOW = 15 + 16, // zlib's way to say: gzip framing, largest window
};

enum method { METHOD_UNKNOWN, METHOD_PLAIN, METHOD_GZIP, METHOD_ZSTD };

struct decompress {
    struct stream base;
    struct stream *inner;
    enum method method;
    z_stream z;
    ZSTD_DStream *zstd;
    unsigned char in[COMPRESS_PIECE_BYTES];
    size_t in_at, in_len;
    bool in_end;
    bool frame_done; // a gzip member or zstd frame is complete
    uint64_t left, max;
    char *what;
};

static int fill(struct decompress *d, struct err **err)
{
    ssize_t n;

    if (d->in_at < d->in_len || d->in_end)
        return 0;
    n = stream_read(d->inner, d->in, sizeof(d->in));
    if (n < 0)
        return stream_error(d->inner, err);
    d->in_at = 0;
    d->in_len = (size_t)n;
    d->in_end = n == 0;
    return 0;
}

static bool starts_with(const struct decompress *d, const char *magic, size_t len)
{
    return d->in_len >= len && memcmp(d->in, magic, len) == 0;
}

// Enough of the beginning to tell the method, however small the pieces are that it comes in.
static int fill_magic(struct decompress *d, struct err **err)
{
    while (d->in_len < MAGIC_BYTES && !d->in_end) {
        ssize_t n = stream_read(d->inner, d->in + d->in_len, sizeof(d->in) - d->in_len);

        if (n < 0)
            return stream_error(d->inner, err);
        d->in_len += (size_t)n;
        d->in_end = n == 0;
    }
    return 0;
}

static int choose(struct decompress *d, struct err **err)
{
    if (fill_magic(d, err) < 0)
        return -1;
    d->method = METHOD_PLAIN;
    if (starts_with(d, "\x1f\x8b", 2)) {
        d->method = METHOD_GZIP;
        if (inflateInit2(&d->z, GZIP_WINDOW) != Z_OK)
            return err_set(err, ERR_INTERNAL, "zlib does not start");
    } else if (starts_with(d, "\x28\xb5\x2f\xfd", 4)) {
        d->method = METHOD_ZSTD;
        d->zstd = ZSTD_createDStream();
    }
    return 0;
}

static int bad_data(const struct decompress *d, const char *why, struct err **err)
{
    return err_set(err, ERR_INTEGRITY, "%s: bad compressed data: %s", d->what, why);
}

// One step; *made bytes came out, maybe none.
static int step_gzip(struct decompress *d, void *data, size_t len, size_t *made, struct err **err)
{
    int result;

    if (d->frame_done) {
        inflateReset(&d->z); // another gzip member follows
        d->frame_done = false;
    }
    d->z.next_in = d->in + d->in_at;
    d->z.avail_in = (unsigned)(d->in_len - d->in_at);
    d->z.next_out = data;
    d->z.avail_out = (unsigned)(len < COMPRESS_PIECE_BYTES ? len : COMPRESS_PIECE_BYTES);
    *made = d->z.avail_out;
    result = inflate(&d->z, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return bad_data(d, d->z.msg ? d->z.msg : "gzip", err);
    d->frame_done = result == Z_STREAM_END;
    d->in_at = d->in_len - d->z.avail_in;
    *made -= d->z.avail_out;
    return 0;
}

static int step_zstd(struct decompress *d, void *data, size_t len, size_t *made, struct err **err)
{
    ZSTD_inBuffer in = {d->in, d->in_len, d->in_at};
    ZSTD_outBuffer out = {data, len, 0};
    size_t result = ZSTD_decompressStream(d->zstd, &out, &in);

    if (ZSTD_isError(result))
        return bad_data(d, ZSTD_getErrorName(result), err);
    d->frame_done = result == 0;
    d->in_at = in.pos;
    *made = out.pos;
    return 0;
}

static void step_plain(struct decompress *d, void *data, size_t len, size_t *made)
{
    *made = d->in_len - d->in_at < len ? d->in_len - d->in_at : len;
    memcpy(data, d->in + d->in_at, *made);
    d->in_at += *made;
    d->frame_done = true;
}

static int step(struct decompress *d, void *data, size_t len, size_t *made, struct err **err)
{
    switch (d->method) {
    case METHOD_GZIP: return step_gzip(d, data, len, made, err);
    case METHOD_ZSTD: return step_zstd(d, data, len, made, err);
    default: step_plain(d, data, len, made); return 0;
    }
}

static bool is_used_up(const struct decompress *d)
{
    return d->in_end && d->in_at == d->in_len;
}

static ssize_t decompress_read(struct stream *s, void *data, size_t len, struct err **err)
{
    struct decompress *d = (struct decompress *)s;
    size_t made = 0;

    if (d->method == METHOD_UNKNOWN && choose(d, err) < 0)
        return -1;
    while (made == 0) {
        if (fill(d, err) < 0)
            return -1;
        if (is_used_up(d) && (d->frame_done || d->method == METHOD_PLAIN))
            return 0;
        if (step(d, data, len, &made, err) < 0)
            return -1;
        if (made == 0 && is_used_up(d) && !d->frame_done)
            return bad_data(d, "it ends too early", err);
    }
    if (made > d->left)
        return err_set(err, ERR_INTEGRITY, "%s: more than %llu bytes come out of it", d->what,
                       (unsigned long long)d->max);
    d->left -= made;
    return (ssize_t)made;
}

static void decompress_close(struct stream *s)
{
    struct decompress *d = (struct decompress *)s;

    if (d->method == METHOD_GZIP)
        inflateEnd(&d->z);
    ZSTD_freeDStream(d->zstd);
    stream_close(d->inner);
    free(d->what);
    free(d);
}

struct stream *stream_decompress(struct stream *inner_take, uint64_t max_bytes, const char *what)
{
    static const struct stream_ops ops = {decompress_read, decompress_close};
    struct decompress *d = MEM_NEW(struct decompress);

    d->base.ops = &ops;
    d->inner = inner_take;
    d->left = d->max = max_bytes;
    d->what = mem_str(what);
    return &d->base;
}
