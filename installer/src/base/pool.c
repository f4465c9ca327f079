// SPDX-License-Identifier: Apache-2.0
// A parallel loop on POSIX threads.
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

struct pool {
    pool_fn *fn;
    void *data;
    size_t count;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t lock; // of the two below
    struct err *error;
    size_t error_index;
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

static size_t thread_count(size_t count)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = cores > 0 ? (size_t)cores : 1;

    if (n > POOL_THREADS_MAX)
        n = POOL_THREADS_MAX;
    return n < count ? n : count;
}

int pool_run(size_t count, pool_fn *fn, void *data, struct err **err)
{
    struct pool p = {.fn = fn, .data = data, .count = count, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[POOL_THREADS_MAX];
    size_t wanted = thread_count(count), started = 0;
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, POOL_STACK_BYTES);
    // The calling thread works too; a thread that cannot be started is only slower.
    while (started + 1 < wanted && pthread_create(&threads[started], &attr, work, &p) == 0)
        started++;
    pthread_attr_destroy(&attr);
    work(&p);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (p.error)
        return err_move(err, &p.error);
    return 0;
}
