// SPDX-License-Identifier: Apache-2.0
// Large blocks of memory, of one size, cut out of huge pages: the kernel is asked once for what is
// hundreds of small pages, and each of those takes it longer than to fill it. What is given back is
// kept for who asks next.
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stddef.h>

#include "base/compiler.h"

#define BLOCK_BYTES ((size_t)64 << 10)

// Aligned to its size; holds anything. Thread-safe.
void *block_take(void) MUST_CHECK RETURNS_NONNULL;

// NULL-safe. Thread-safe.
void block_give(void *block);

#endif
