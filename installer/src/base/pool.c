// SPDX-License-Identifier: Apache-2.0
// A parallel loop on POSIX threads.
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

struct pool {
    pool_fn *fn;
    void *data;
    size_t count;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t lock; // of the two below
    struct err *error;
    size_t error_index;
    size_t started;
    pthread_t threads[POOL_THREADS_MAX];
};

static void keep_error(struct pool *p, size_t index, struct err *error)
{
    pthread_mutex_lock(&p->lock);
    if (!p->error || index < p->error_index) {
        err_free(p->error);
        p->error = error;
        p->error_index = index;
    } else {
        err_free(error);
    }
    pthread_mutex_unlock(&p->lock);
    atomic_store(&p->failed, true);
}

static void *work(void *arg)
{
    struct pool *p = arg;
    size_t index;

    while (!atomic_load(&p->failed) && (index = atomic_fetch_add(&p->next, 1)) < p->count) {
        struct err *error = NULL;

        if (p->fn(p->data, index, &error) < 0)
            keep_error(p, index, error);
    }
    return NULL;
}

// Beside the calling one, at most `most`.
static size_t thread_count(size_t most)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = cores > 1 ? (size_t)cores - 1 : 0;

    if (n > POOL_THREADS_MAX)
        n = POOL_THREADS_MAX;
    return n < most ? n : most;
}

static struct pool *begin(size_t count, pool_fn *fn, void *data, size_t threads)
{
    struct pool *p = MEM_NEW(struct pool);
    size_t wanted = thread_count(threads);
    pthread_attr_t attr;

    p->fn = fn;
    p->data = data;
    p->count = count;
    pthread_mutex_init(&p->lock, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, POOL_STACK_BYTES);
    // A thread that cannot be started is only slower.
    while (p->started < wanted && pthread_create(&p->threads[p->started], &attr, work, p) == 0)
        p->started++;
    pthread_attr_destroy(&attr);
    return p;
}

struct pool *pool_begin(size_t count, pool_fn *fn, void *data)
{
    return begin(count, fn, data, count);
}

int pool_end(struct pool *p, struct err **err)
{
    int status;

    work(p);
    for (size_t i = 0; i < p->started; i++)
        pthread_join(p->threads[i], NULL);
    status = p->error ? err_move(err, &p->error) : 0;
    pthread_mutex_destroy(&p->lock);
    free(p);
    return status;
}

int pool_run(size_t count, pool_fn *fn, void *data, struct err **err)
{
    // The calling thread is one of them from the start.
    return pool_end(begin(count, fn, data, count ? count - 1 : 0), err);
}
