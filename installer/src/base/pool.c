// SPDX-License-Identifier: Apache-2.0
// A parallel loop on POSIX threads.
#include "base/pool.h"

#include <stdatomic.h>
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

static _Thread_local bool is_within;

bool pool_enter(void)
{
    bool was_within = is_within;

    is_within = true;
    return was_within;
}

void pool_leave(bool was_within)
{
    is_within = was_within;
}

static void *work(void *arg)
{
    struct pool *p = arg;
    bool was_within = pool_enter();
    size_t index;

    while (!atomic_load(&p->failed) && (index = atomic_fetch_add(&p->next, 1)) < p->count) {
        struct err *error = NULL;

        if (p->fn(p->data, index, &error) < 0)
            keep_error(p, index, error);
    }
    pool_leave(was_within);
    return NULL;
}

size_t pool_helpers(void)
{
    long cores = is_within ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = cores > 1 ? (size_t)cores - 1 : 0;

    return n < POOL_THREADS_MAX ? n : POOL_THREADS_MAX;
}

bool pool_start_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    int status;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, POOL_STACK_BYTES);
    status = pthread_create(thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return status == 0;
}

static struct pool *begin(size_t count, pool_fn *fn, void *data, size_t threads)
{
    struct pool *p = MEM_NEW(struct pool);
    size_t most = pool_helpers();

    if (most > threads)
        most = threads;
    p->fn = fn;
    p->data = data;
    p->count = count;
    pthread_mutex_init(&p->lock, NULL);
    // A thread that cannot be started is only slower.
    while (p->started < most && pool_start_thread(&p->threads[p->started], work, p))
        p->started++;
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
