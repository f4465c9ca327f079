// SPDX-License-Identifier: Apache-2.0
// What takes long, done ahead on other cores while the calling thread gets to where it needs it.
// For what comes to the same whenever it is done and by whom: unpacking, parsing. An errand has no
// error: who needs what it could not do does it himself, and gets the error where he always would.
#ifndef BASE_ERRANDS_H
#define BASE_ERRANDS_H

#include <stddef.h>

#include "base/compiler.h"

struct errands;
struct errand;

// Called once at most, from any thread. What it leads to is its own until errands_finish().
typedef void errand_fn(void *data);

// No thread is started before there is an errand for it, and none within a pool or another errand.
struct errands *errands_new(void) MUST_CHECK RETURNS_NONNULL;

// From any thread, also from an errand. Those of a large cost, in a unit of the caller's, go first.
// `data` lives until errands_free(), as the errand does. Stacks are POOL_STACK_BYTES (base/pool.h).
struct errand *errands_add(struct errands *t, errand_fn *fn, void *data,
                           size_t cost) RETURNS_NONNULL;

// Returns when fn(data) has: does it where no thread has begun, else does other errands meanwhile.
// Only for the thread that made the errands.
void errands_finish(struct errands *t, struct errand *errand);

// The same for one that is not needed any more: it is left out when nobody has begun it.
void errands_drop(struct errands *t, struct errand *errand);

// Waits for those that were begun, and drops the others. NULL-safe.
void errands_free(struct errands *t);
CLEANUP_DEFINE(errands_cleanup, struct errands, errands_free);

#endif
