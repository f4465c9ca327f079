// SPDX-License-Identifier: Apache-2.0
// Threads that are counted, or cannot be started, as on a machine that has no more of them.
#ifndef SUPPORT_THREADS_H
#define SUPPORT_THREADS_H

#include <stdatomic.h>
#include <stdbool.h>

// While it is set, pthread_create() fails with EAGAIN in a test that includes this.
extern bool refuses_threads;

extern atomic_size_t threads_started;

#endif
