// SPDX-License-Identifier: Apache-2.0
// .gitmodules: whatever it says, no path leads out of the repository.
#include "fuzz.h"

#include "base/path.h"
#include "controller/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    source_submodules list = {0};

    if (source_submodules_read(arena, span_of(data, size), "https://h/org/parent.git", &list,
                               &err) < 0) {
        fuzz_check_error(err);
        return 0;
    }
    FUZZ_CHECK(!err);
    VEC_FOREACH (const struct source_submodule *, it, &list) {
        char *clean CLEANUP(mem_cleanup) = path_clean(it->path);

        FUZZ_CHECK(it->url[0] && it->path[0] != '/');
        FUZZ_CHECK(!span_is(span_str(clean), "..") && !span_starts(span_str(clean), "../"));
    }
    return 0;
}
