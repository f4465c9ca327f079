// SPDX-License-Identifier: Apache-2.0
// Large blocks of memory, of one size. What is given back is kept for who asks next: a page that
// the kernel gives costs more than to fill it. In a checked build (base/checked.h) each comes from
// malloc.
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

#define BLOCK_BYTES ((size_t)64 << 10)

// Aligned to its size; holds anything, or zeros when *is_zero. Thread-safe.
void *block_take(bool *is_zero) MUST_CHECK RETURNS_NONNULL;

// NULL-safe. Thread-safe.
void block_give(void *block);

// In place of free() for something large: its pages become blocks, for a process that soon takes
// some. Blocks never become free memory again, so that this is done with a few MiB in all; what
// comes later is just freed. NULL-safe. Thread-safe.
void block_recycle(void *room, size_t size);
// The same for a part of something that is never freed then, unless it is false: nothing was taken.
// Always so in a checked build.
bool block_recycle_part(void *part, size_t size) MUST_CHECK;

#endif
