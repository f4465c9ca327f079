// SPDX-License-Identifier: Apache-2.0
// Something long on a thread of its own, while the loop goes on: what a server verifies before it
// serves it. The two share nothing: what the thread is given is its own until the loop is told that
// it has ended.
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"

struct worker;

// Calls work(data) in a new thread (its stack is POOL_STACK_BYTES, base/pool.h), and when it has
// returned, done(data) once from the loop. All that `data` leads to is the thread's in between, but
// for cancel tokens. ERR_INTERNAL when no thread can be started: done() is not called then.
typedef void worker_fn(void *data);
struct worker *worker_start(struct loop *l, worker_fn *work, worker_fn *done, void *data,
                            struct err **err) MUST_CHECK;

// Waits for the thread: what it does should be cancelled before. done() is not called any more; it
// may free the worker itself. NULL-safe.
void worker_free(struct worker *w);
CLEANUP_DEFINE(worker_cleanup, struct worker, worker_free);

#endif
