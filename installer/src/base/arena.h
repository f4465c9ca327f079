// SPDX-License-Identifier: Apache-2.0
// A bump allocator for data that lives and dies together: parse trees, the data of one command.
// Nothing in it is freed by itself.
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

struct arena *arena_new(void) MUST_CHECK RETURNS_NONNULL;

// Zeroed, aligned for any type; lives as long as the arena.
void *arena_alloc(struct arena *a, size_t size) MUST_CHECK RETURNS_NONNULL;
void *arena_array(struct arena *a, size_t count, size_t size) MUST_CHECK RETURNS_NONNULL;

// The same for one item or many of a size that `align` divides, a power of two.
void *arena_aligned(struct arena *a, size_t size, size_t align) MUST_CHECK RETURNS_NONNULL;

#define ARENA_NEW(a, type) ((type *)arena_aligned((a), sizeof(type), _Alignof(type)))

// Copies, NUL-terminated.
char *arena_str(struct arena *a, const char *str) MUST_CHECK RETURNS_NONNULL;
struct span arena_span(struct arena *a, struct span s) MUST_CHECK;
// "before/after", with another character between them: a tenth of the time that printing takes.
struct span arena_join(struct arena *a, struct span before, char between, struct span after)
    MUST_CHECK;
char *arena_printf(struct arena *a, const char *fmt, ...) MUST_CHECK PRINTF(2, 3) RETURNS_NONNULL;

// Room for a text that is written at once: nothing in it is set, but there is a byte more for a
// NUL.
char *arena_room(struct arena *a, size_t len) MUST_CHECK RETURNS_NONNULL;

// Nobody will read this text again, which the arena copied or gave room for: if it is large its
// memory is used for something else, else nothing happens.
void arena_drop(struct arena *a, struct span text);

// Bytes of memory that it holds.
size_t arena_size(const struct arena *a);

// Overwrites all that it handed out: for secrets, just before it is freed.
void arena_wipe(struct arena *a);

// NULL-safe.
void arena_free(struct arena *a);

CLEANUP_DEFINE(arena_cleanup, struct arena, arena_free);

#endif
