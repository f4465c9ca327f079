// SPDX-License-Identifier: Apache-2.0
// Threads that are counted, or cannot be started, as on a machine that has no more of them.
#ifndef SUPPORT_THREADS_H
#define SUPPORT_THREADS_H

#include <stdatomic.h>
#include <stdbool.h>

// From now on pthread_create() fails with EAGAIN, or does not, in a test that includes this. The
// helpers (base/helper.h) that are there are ended: no other thread may be at work.
void refuse_threads(bool refuses);

extern atomic_size_t threads_started;

#endif
