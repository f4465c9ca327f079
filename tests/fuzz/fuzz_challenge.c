// SPDX-License-Identifier: Apache-2.0
// Challenges of registries: what was read says the same when it is written in full.
#include "fuzz.h"

#include "model/oci/challenge.h"

static void add_quoted(struct buf *out, const char *name, struct span value)
{
    buf_printf(out, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        buf_add_char(out, '\\');
        buf_add_char(out, value.ptr[i]);
    }
    buf_add_str(out, "\"");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf full CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct challenge read = {.kind = CHALLENGE_NONE}, again = {.kind = CHALLENGE_NONE};

    challenge_read(arena, span_of(data, size), &read);
    if (read.kind != CHALLENGE_BEARER)
        return 0;
    FUZZ_CHECK(read.realm.len > 0);
    buf_add_str(&full, "Basic x==, Bearer ");
    add_quoted(&full, "realm", read.realm);
    buf_add_str(&full, ", ");
    add_quoted(&full, "service", read.service);
    challenge_read(arena, buf_span(&full), &again);
    FUZZ_CHECK(again.kind == CHALLENGE_BEARER);
    FUZZ_CHECK(span_eq(again.realm, read.realm));
    FUZZ_CHECK(span_eq(again.service, read.service));
    return 0;
}
