// SPDX-License-Identifier: Apache-2.0
// The arena: a chain of chunks that grow until they are blocks. What is larger than a block has a
// chunk of its own.
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/block.h"
#include "base/mem.h"

enum {
    CHUNK_FIRST_BYTES = 1 << 10,
    CHUNK_LAST_BYTES = 4 << 10, // blocks come next
    CHUNK_GROWTH = 4,           // each size costs the allocator pages of its own
    ZERO_STEP_BYTES = 4096,
    SMALL_TEXT_BYTES = 256, // nearly all that are formatted: they need no second time
};

struct chunk {
    struct chunk *next;
    size_t size;
    bool is_block;
    alignas(max_align_t) char data[];
};

#define BLOCK_ROOM (BLOCK_BYTES - sizeof(struct chunk))

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

static struct chunk *link_chunk(struct arena *a, struct chunk **at, struct chunk *c, size_t size)
{
    c->size = size;
    c->next = *at;
    *at = c;
    a->total += size;
    return c;
}

static void add_chunk(struct arena *a, size_t size)
{
    struct chunk *c;
    bool is_zero = false, is_large = a->chunks && a->chunks->is_block;

    while (size > a->next_size && a->next_size <= CHUNK_LAST_BYTES)
        a->next_size *= CHUNK_GROWTH;
    if (a->next_size > CHUNK_LAST_BYTES) {
        c = block_take(&is_zero);
        if (is_zero && is_large) // who has filled one block fills most of the next
            mem_populate(c, BLOCK_BYTES);
        c = link_chunk(a, &a->chunks, c, BLOCK_ROOM);
        c->is_block = true;
    } else {
        c = link_chunk(a, &a->chunks, mem_alloc(sizeof(*c) + a->next_size), a->next_size);
        c->is_block = false;
        a->next_size *= CHUNK_GROWTH;
    }
    a->at = 0;
    a->zeroed = is_zero ? c->size : 0;
}

// Behind the newest chunk, which goes on to be filled.
static void *take_own_chunk(struct arena *a, size_t size, bool zero)
{
    struct chunk *c = mem_alloc(sizeof(*c) + size);

    if (!a->chunks)
        a->at = a->zeroed = size;
    link_chunk(a, a->chunks ? &a->chunks->next : &a->chunks, c, size);
    c->is_block = false;
    if (zero)
        memset(c->data, 0, size);
    return c->data;
}

// A step at a time: not all of a chunk, which may stay unused, and not for each small piece.
static void zero_to(struct arena *a, size_t end)
{
    size_t room = a->chunks->size - end;

    end += room < ZERO_STEP_BYTES ? room : ZERO_STEP_BYTES;
    memset(a->chunks->data + a->zeroed, 0, end - a->zeroed);
    a->zeroed = end;
}

// Behind what is zero. What is copied over at once need not be.
static __attribute__((noinline)) void *take_more(struct arena *a, size_t size, size_t align,
                                                 bool zero)
{
    size_t start = (a->at + align - 1) & ~(align - 1);

    if (!a->chunks || start > a->chunks->size || size > a->chunks->size - start) {
        if (size > BLOCK_ROOM)
            return take_own_chunk(a, size, zero);
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

// Everything is rounded up to `align`, so that the next piece of any kind starts aligned. Most
// pieces fit into what is zero already, which there is none of before the first chunk.
static inline void *take(struct arena *a, size_t size, size_t align, bool zero)
{
    size_t start = (a->at + align - 1) & ~(align - 1);

    if (start >= a->zeroed || size >= a->zeroed - start)
        return take_more(a, size, align, zero);
    a->at = start + size;
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

char *arena_room(struct arena *a, size_t len)
{
    return take(a, len + 1, 1, false);
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

struct span arena_join(struct arena *a, struct span before, char between, struct span after)
{
    size_t len = before.len + 1 + after.len;
    char *text = arena_room(a, len);

    if (before.len)
        memcpy(text, before.ptr, before.len);
    text[before.len] = between;
    if (after.len)
        memcpy(text + before.len + 1, after.ptr, after.len);
    text[len] = '\0';
    return span_of(text, len);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    char small[SMALL_TEXT_BYTES], *text;
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(small, sizeof(small), fmt, args);
    va_end(args);
    if (len < 0)
        mem_die("no text of this format");
    if ((size_t)len < sizeof(small))
        return (char *)arena_span(a, span_of(small, (size_t)len)).ptr;
    text = arena_room(a, (size_t)len);
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return text;
}

void arena_drop(struct arena *a, struct span text)
{
    for (struct chunk **at = &a->chunks; *at; at = &(*at)->next) {
        struct chunk *c = *at;

        if (c->data != text.ptr || c->size <= BLOCK_ROOM || c == a->chunks)
            continue;
        *at = c->next;
        a->total -= c->size;
        block_recycle(c, sizeof(*c) + c->size);
        return;
    }
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
        if (c->is_block)
            block_give(c);
        else
            free(c);
    }
    free(a);
}
