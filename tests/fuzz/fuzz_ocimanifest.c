// SPDX-License-Identifier: Apache-2.0
// OCI manifests and indexes, as any registry may send them.
#include "fuzz.h"

#include "model/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *index_err CLEANUP(err_cleanup) = NULL;
    struct span bytes = span_of(data, size), digest = SPAN_EMPTY;
    struct oci_manifest manifest;

    if (oci_manifest_parse(arena, bytes, SPAN_EMPTY, &manifest, &err) != 0)
        fuzz_check_error(err);
    else
        FUZZ_CHECK(oci_manifest_total(&manifest) >= size);
    if (oci_index_choose(arena, bytes, "linux/amd64", &digest, &index_err) < 0)
        fuzz_check_error(index_err);
    return 0;
}
