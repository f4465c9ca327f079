// SPDX-License-Identifier: Apache-2.0
// The arena: a chain of chunks that double in size up to a limit.
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
    CHUNK_FIRST_BYTES = 1024,
    CHUNK_LAST_BYTES = 1 << 20,
    ZERO_STEP_BYTES = 4096,
};

struct chunk {
    struct chunk *next;
    size_t size;
    alignas(max_align_t) char data[];
};

struct arena {
    struct chunk *chunks; // the newest first
    size_t at;            // the first free byte of the newest
    size_t zeroed;        // how far it is zero from there on
    size_t next_size;
    size_t total; // of all chunks
};

struct arena *arena_new(void)
{
    struct arena *a = MEM_NEW(struct arena);

    a->next_size = CHUNK_FIRST_BYTES;
    return a;
}

static void add_chunk(struct arena *a, size_t size)
{
    size_t want = size > a->next_size ? size : a->next_size;
    struct chunk *c = mem_alloc(sizeof(*c) + want);

    c->size = want;
    c->next = a->chunks;
    a->total += want;
    a->chunks = c;
    a->at = a->zeroed = 0;
    if (a->next_size < CHUNK_LAST_BYTES)
        a->next_size *= 2;
}

// A step at a time: not all of a chunk, which may stay unused, and not for each small piece.
static void zero_to(struct arena *a, size_t end)
{
    size_t room = a->chunks->size - end;

    end += room < ZERO_STEP_BYTES ? room : ZERO_STEP_BYTES;
    memset(a->chunks->data + a->zeroed, 0, end - a->zeroed);
    a->zeroed = end;
}

// Everything is rounded up to `align`, so that the next piece of any kind starts aligned. What is
// copied over at once need not be zero.
static inline void *take(struct arena *a, size_t size, size_t align, bool zero)
{
    size_t start = (a->at + align - 1) & ~(align - 1);

    if (!a->chunks || start > a->chunks->size || size > a->chunks->size - start) {
        add_chunk(a, size);
        start = 0;
    }
    a->at = start + size;
    if (zero && a->at > a->zeroed)
        zero_to(a, a->at);
    else if (!zero && a->at > a->zeroed)
        a->zeroed = a->at;
    return a->chunks->data + start;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return take(a, size, alignof(max_align_t), true);
}

void *arena_aligned(struct arena *a, size_t size, size_t align)
{
    return take(a, size, align, true);
}

size_t arena_size(const struct arena *a)
{
    return a->total;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        abort();
    return arena_alloc(a, total);
}

struct span arena_span(struct arena *a, struct span s)
{
    char *copy = take(a, s.len + 1, 1, false);

    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return span_of(copy, s.len);
}

char *arena_str(struct arena *a, const char *str)
{
    return (char *)arena_span(a, span_str(str)).ptr;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    return arena_str(a, text);
}

void arena_wipe(struct arena *a)
{
    for (struct chunk *c = a->chunks; c; c = c->next)
        explicit_bzero(c->data, c->size);
}

void arena_free(struct arena *a)
{
    struct chunk *next;

    if (!a)
        return;
    for (struct chunk *c = a->chunks; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}
