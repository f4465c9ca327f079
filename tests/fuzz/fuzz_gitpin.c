// SPDX-License-Identifier: Apache-2.0
// The beginning of a pack of ours: the first 20 bytes name the commit that it claims to be of. What
// is a pin can also be joined, up to where the bytes end.
#include "fuzz.h"

#include <string.h>

#include "model/git.h"

static void check_join(struct span pack)
{
    struct git_join *j CLEANUP(git_join_cleanup) = git_join_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct git_part *parts;
    size_t count;

    if (git_join_add(j, stream_from_span(pack), &err) < 0)
        fuzz_check_error(err);
    parts = git_join_parts(j, &count);
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(parts[i].pack == 0 && parts[i].offset >= GIT_PACK_HEADER_BYTES && parts[i].len &&
                   parts[i].offset + parts[i].len <= pack.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_pin pin = {0};

    if (size < GIT_OID_BYTES)
        return 0;
    memcpy(pin.target.commit.bytes, data, GIT_OID_BYTES);
    struct span pack = span_of(data + GIT_OID_BYTES, size - GIT_OID_BYTES);
    if (git_pin_read(pack, &pin, &err) < 0)
        fuzz_check_error(err);
    check_join(pack);
    return 0;
}
