// SPDX-License-Identifier: Apache-2.0
// Archives, compressed or not: paths that come out are relative and stay inside.
#include "fuzz.h"

#include <string.h>

#include "io/archive.h"

#define UNPACKED_MAX ((uint64_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct stream *plain =
        stream_decompress(stream_from_span(span_of(data, size)), UNPACKED_MAX, "input");
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) = tar_reader_new(plain, "input", &err);
    struct tar_entry entry;
    int more = reader ? 1 : -1;

    while (more > 0 && (more = tar_next(reader, &entry, &err)) > 0) {
        struct buf content CLEANUP(buf_free) = BUF_INIT(UNPACKED_MAX);

        FUZZ_CHECK(entry.path[0] && entry.path[0] != '/' && strncmp(entry.path, "..", 2) != 0);
        if (entry.type == TAR_FILE && tar_read(reader, &content, &err) < 0)
            more = -1;
    }
    if (more < 0) {
        fuzz_check_error(err);
        FUZZ_CHECK(err_kind(err) == ERR_INTEGRITY);
    }
    return 0;
}
