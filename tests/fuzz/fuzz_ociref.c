// SPDX-License-Identifier: Apache-2.0
// OCI references: the full form of a reference is a reference, and its own full form.
#include "fuzz.h"

#include "model/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf full CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct oci_ref ref;

    if (oci_ref_parse(arena, span_of(data, size), &ref, &err) != 0) {
        fuzz_check_error(err);
        return 0;
    }
    oci_ref_format(&ref, &full);
    FUZZ_CHECK(oci_ref_parse(arena, buf_span(&full), &ref, &err) == 0);
    oci_ref_format(&ref, &again);
    FUZZ_CHECK(span_eq(buf_span(&full), buf_span(&again)));
    return 0;
}
