// SPDX-License-Identifier: Apache-2.0
#include "support_threads.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include "base/helper.h"

static bool refuses_threads;
atomic_size_t threads_started;

void refuse_threads(bool refuses)
{
    helpers_end();
    refuses_threads = refuses;
}

// In place of the library's.
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    if (refuses_threads)
        return EAGAIN;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    atomic_fetch_add(&threads_started, 1);
    return real(thread, attr, start, arg);
}
