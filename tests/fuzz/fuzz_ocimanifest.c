// SPDX-License-Identifier: Apache-2.0
// OCI manifests and indexes, as any registry may send them.
#include "fuzz.h"

#include "model/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *index_err CLEANUP(err_cleanup) = NULL;
    struct err *config_err CLEANUP(err_cleanup) = NULL;
    struct span bytes = span_of(data, size);
    struct oci_platform amd64, have;
    struct oci_manifest manifest;
    struct oci_index index = {0};

    FUZZ_CHECK(oci_platform_parse(arena, SPAN("linux/amd64"), &amd64));
    if (oci_manifest_parse(arena, bytes, SPAN_EMPTY, &manifest, &err) != 0)
        fuzz_check_error(err);
    else
        FUZZ_CHECK(manifest.bytes.len == size);
    if (oci_index_parse(arena, bytes, SPAN_EMPTY, &index, &index_err) < 0)
        fuzz_check_error(index_err);
    for (size_t i = 0; i < index.count; i++)
        if (index.entries[i].has_platform)
            FUZZ_CHECK(oci_platform_rank(&amd64, &index.entries[i].platform) >= -1);
    if (oci_config_platform(arena, bytes, &have, &config_err) < 0)
        fuzz_check_error(config_err);
    return 0;
}
