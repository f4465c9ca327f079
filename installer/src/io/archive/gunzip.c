// SPDX-License-Identifier: Apache-2.0
// gzip as it comes in.
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "io/archive.h"

enum { GZIP_FRAMING = 15 + 16, GUNZIP_STEP_BYTES = 16 << 10 };

struct gunzip {
    z_stream z;
    uint64_t left;
    const char *what;
    gunzip_out_fn *out;
    void *data;
    bool ended;
    char step[GUNZIP_STEP_BYTES];
};

struct gunzip *gunzip_new(uint64_t max_bytes, const char *what, gunzip_out_fn *out, void *data)
{
    struct gunzip *g = MEM_NEW(struct gunzip);

    g->left = max_bytes;
    g->what = what;
    g->out = out;
    g->data = data;
    if (inflateInit2(&g->z, GZIP_FRAMING) != Z_OK)
        mem_die("zlib does not start");
    return g;
}

static int inflate_step(struct gunzip *g, struct err **err)
{
    size_t made;
    int result;

    g->z.next_out = (unsigned char *)g->step;
    g->z.avail_out = sizeof(g->step);
    result = inflate(&g->z, Z_NO_FLUSH);
    made = sizeof(g->step) - g->z.avail_out;
    // Z_BUF_ERROR: the last step took all there was, and left its room just full.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return err_set(err, ERR_INTEGRITY, "%s: bad gzip data", g->what);
    g->ended = result == Z_STREAM_END;
    if (made > g->left)
        return err_set(err, ERR_INTEGRITY, "%s is larger than the limit when unpacked", g->what);
    g->left -= made;
    return made ? g->out(g->data, span_of(g->step, made), err) : 0;
}

int gunzip_add(struct gunzip *g, struct span piece, struct err **err)
{
    g->z.next_in = (unsigned char *)(uintptr_t)piece.ptr;
    g->z.avail_in = (unsigned)piece.len;
    g->z.avail_out = 0;
    while (!g->ended && (g->z.avail_in || !g->z.avail_out))
        if (inflate_step(g, err) < 0)
            return -1;
    if (g->z.avail_in)
        return err_set(err, ERR_INTEGRITY, "%s: more than one gzip stream", g->what);
    return 0;
}

int gunzip_end(const struct gunzip *g, struct err **err)
{
    return g->ended ? 0 : err_set(err, ERR_INTEGRITY, "%s: the gzip data ends too early", g->what);
}

void gunzip_free(struct gunzip *g)
{
    if (!g)
        return;
    inflateEnd(&g->z);
    free(g);
}
