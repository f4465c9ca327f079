// SPDX-License-Identifier: Apache-2.0
// Paths of values: what is read as one is written in a form that is read as the same one.
#include "fuzz.h"

#include "controller/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct values_path path = {0}, again = {0};
    const char *text;

    if (values_path_parse(arena, span_of(data, size), &path, &err) < 0) {
        fuzz_check_error(err);
        return 0;
    }
    FUZZ_CHECK(path.len > 0);
    if (memchr(data, '\0', size))
        return 0; // no command line has one
    text = values_path_text(arena, path.items, path.len);
    FUZZ_CHECK(values_path_parse(arena, span_str(text), &again, &err) == 0);
    FUZZ_CHECK(again.len == path.len);
    for (size_t i = 0; i < path.len; i++)
        FUZZ_CHECK(span_eq(again.items[i], path.items[i]));
    return 0;
}
