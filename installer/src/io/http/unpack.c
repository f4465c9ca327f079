// SPDX-License-Identifier: Apache-2.0
// Content encodings of texts. Not libcurl's own decoder: that one takes a text whose compressed
// form ends too early for whole.
#include "io/http/http_int.h"

#include <strings.h>
#include <zlib.h>

#include "base/mem.h"

enum {
    PIECE_BYTES = 64 << 10,
    GZIP_ONLY = 16, // added to the window's bits
};

static bool is_gzip(const char *encoding)
{
    return strcasecmp(encoding, "gzip") == 0 || strcasecmp(encoding, "x-gzip") == 0;
}

static void inflate_cleanup(z_stream *z)
{
    inflateEnd(z);
}

// Members that follow one another are one text (RFC 1952 section 2.2).
static int inflate_all(struct span packed, uint64_t limit, struct buf *out, const char *url,
                       struct err **err)
{
    z_stream z CLEANUP(inflate_cleanup) = {.next_in = (Bytef *)packed.ptr,
                                           .avail_in = (uInt)packed.len};
    int code = inflateInit2(&z, MAX_WBITS + GZIP_ONLY);

    while (code == Z_OK || (code == Z_STREAM_END && z.avail_in)) {
        size_t room = out->max - out->len < PIECE_BYTES ? out->max - out->len : PIECE_BYTES;

        if (code == Z_STREAM_END && inflateReset(&z) != Z_OK)
            break;
        z.next_out = (Bytef *)buf_reserve(out, room);
        z.avail_out = (uInt)room;
        code = inflate(&z, Z_NO_FLUSH);
        buf_commit(out, room - z.avail_out);
        if (out->len > limit)
            return err_set(err, ERR_SOURCE, "%s: the answer is larger than %llu bytes unpacked",
                           url, (unsigned long long)limit);
    }
    if (code == Z_STREAM_END)
        return 0;
    return err_set(err, ERR_SOURCE, "%s: the gzip content of the answer is %s", url,
                   code == Z_BUF_ERROR ? "cut off" : "broken");
}

int unpack_text(struct http_response *r, uint64_t limit, struct err **err)
{
    const char *encoding = http_header(r, "content-encoding");
    struct buf plain CLEANUP(buf_free) = BUF_INIT(limit + 1);

    if (!encoding || !r->body.len || strcasecmp(encoding, "identity") == 0)
        return 0;
    if (!is_gzip(encoding)) {
        err_set(err, ERR_SOURCE, "%s: the answer has the content encoding '%s'", r->url, encoding);
        return err_hint(err, "only gzip was asked for, and is understood");
    }
    if (inflate_all(buf_span(&r->body), limit, &plain, r->url, err) < 0)
        return -1;
    buf_free(&r->body);
    r->body = plain;
    plain = (struct buf)BUF_INIT(0);
    return 0;
}
