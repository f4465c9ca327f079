// SPDX-License-Identifier: Apache-2.0
// Heap memory that cannot fail: an exhausted heap or an overflowing size aborts. Sizes that come
// from input go through a capped `struct buf` or an explicit check first.
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/compiler.h"

// Aborts the process with a message: for the few failures that no caller could handle.
void mem_die(const char *why) NORETURN;

// Uninitialised memory of `size` bytes (at least one). The caller frees it with free().
void *mem_alloc(size_t size) MUST_CHECK RETURNS_NONNULL;

// Zeroed memory for `count` items of `size` bytes each; aborts when the product overflows.
void *mem_zalloc(size_t count, size_t size) MUST_CHECK RETURNS_NONNULL;

// Resizes to `count` items of `size` bytes each; the old pointer is gone.
void *mem_resize(void *ptr, size_t count, size_t size) MUST_CHECK RETURNS_NONNULL;

// Has the kernel give now the pages that lie wholly in `room`, which else come one by one when they
// are first written to. Changes no byte, so that others may write there meanwhile.
void mem_populate(void *room, size_t size);

// Copies; the caller frees the result. mem_str(NULL) is NULL.
char *mem_str(const char *str) MUST_CHECK;
char *mem_strn(const char *str, size_t len) MUST_CHECK RETURNS_NONNULL;

// Formats into fresh memory; the caller frees it.
char *mem_printf(const char *fmt, ...) MUST_CHECK PRINTF(1, 2) RETURNS_NONNULL;
char *mem_vprintf(const char *fmt, va_list args) MUST_CHECK PRINTF(1, 0) RETURNS_NONNULL;

#define MEM_NEW(type) ((type *)mem_zalloc(1, sizeof(type)))

// Frees what a `CLEANUP(mem_cleanup)` pointer variable of any type holds.
static inline void mem_cleanup(void *ptr)
{
    free(*(void **)ptr);
}

#endif
