// SPDX-License-Identifier: Apache-2.0
// Patterns of what sources leave out: the first line is a path, the second the folder that the
// patterns are of, the rest the patterns.
#include "fuzz.h"

#include "controller/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source_ignore *ignore CLEANUP(source_ignore_cleanup) = source_ignore_new();
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct span path, domain, text = span_of(data, size);
    size_t lines = 1;

    if (!span_cut(text, '\n', &path, &text) || !span_cut(text, '\n', &domain, &text))
        return 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    FUZZ_CHECK(source_ignore_add(ignore, text, arena_span(arena, domain).ptr) <= lines);
    (void)source_ignores(ignore, arena_span(arena, path).ptr, false);
    (void)source_ignores(ignore, arena_span(arena, path).ptr, true);
    return 0;
}
