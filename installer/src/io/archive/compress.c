// SPDX-License-Identifier: Apache-2.0
// gzip, in memory.
#include <zlib.h>

#include "base/mem.h"
#include "io/archive.h"

enum {
    GZIP_FRAMING = 15 + 16, // zlib's way to say: gzip framing, largest window
    GZIP_MEMORY = 8,        // zlib's own default
};

void compress_gzip(struct span data, struct buf *out)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)data.ptr, .avail_in = (unsigned)data.len};
    char *room;
    size_t most;

    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_FRAMING, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        mem_die("zlib does not start");
    most = deflateBound(&z, (unsigned long)data.len);
    room = buf_reserve(out, most);
    if (room) {
        z.next_out = (unsigned char *)room;
        z.avail_out = (unsigned)most;
        if (deflate(&z, Z_FINISH) != Z_STREAM_END)
            mem_die("zlib does not finish");
        buf_commit(out, most - z.avail_out);
    }
    deflateEnd(&z);
}
