// SPDX-License-Identifier: Apache-2.0
// Work on all cores: one function over many indexes. For what comes to the same in whichever order
// it is done: hashing, verifying, parsing; everything that decides runs on the main thread.
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/helper.h"

// Called once per index, from any thread; the threads share nothing but `data`, which they only
// read, and what belongs to their index. A failure stops the indexes that have not begun.
typedef int pool_fn(void *data, size_t index, struct err **err);

// Calls fn for the indexes 0 to count - 1 on at most one thread per core, and waits. With several
// failures the one of the lowest index is given. Stacks are POOL_STACK_BYTES. Within a pool
// (or an errand, base/errands.h) there are no more threads: the cores are taken.
int pool_run(size_t count, pool_fn *fn, void *data, struct err **err) MUST_CHECK;

// The same in two steps: the other cores begin while the calling thread does something else; at
// the end it works too, and waits. Each pool that was begun is ended.
struct pool;
struct pool *pool_begin(size_t count, pool_fn *fn, void *data) MUST_CHECK RETURNS_NONNULL;
int pool_end(struct pool *p, struct err **err) MUST_CHECK;

// For base/errands: how many threads may work beside the calling one; between pool_enter() and
// pool_leave() of what it gave, the thread is within.
size_t pool_helpers(void) MUST_CHECK;
bool pool_enter(void);
void pool_leave(bool was_within);

#define POOL_STACK_BYTES HELPER_STACK_BYTES

#endif
