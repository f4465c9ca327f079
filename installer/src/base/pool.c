// SPDX-License-Identifier: Apache-2.0
// A parallel loop.
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/helper.h"
#include "base/mem.h"

struct pool {
    pool_fn *fn;
    void *data;
    size_t count;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t lock; // of all below
    struct err *error;
    size_t error_index;
    size_t helpers; // at work
    pthread_cond_t left;
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

static void work(struct pool *p)
{
    bool was_within = pool_enter();
    size_t index;

    while (!atomic_load(&p->failed) && (index = atomic_fetch_add(&p->next, 1)) < p->count) {
        struct err *error = NULL;

        if (p->fn(p->data, index, &error) < 0)
            keep_error(p, index, error);
    }
    pool_leave(was_within);
}

static void help(void *data)
{
    struct pool *p = data;

    work(p);
    pthread_mutex_lock(&p->lock);
    p->helpers--;
    pthread_cond_signal(&p->left);
    pthread_mutex_unlock(&p->lock);
}

size_t pool_helpers(void)
{
    return is_within ? 0 : helpers_most();
}

// The lock is held. A thread that cannot be started is only slower.
static void start(struct pool *p, size_t count)
{
    while (p->helpers < count && helper_start(help, p))
        p->helpers++;
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
    pthread_cond_init(&p->left, NULL);
    pthread_mutex_lock(&p->lock);
    start(p, most);
    pthread_mutex_unlock(&p->lock);
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
    pthread_mutex_lock(&p->lock);
    while (p->helpers && helper_call_off(help, p)) // there is nothing left to do
        p->helpers--;
    while (p->helpers)
        pthread_cond_wait(&p->left, &p->lock);
    pthread_mutex_unlock(&p->lock);
    status = p->error ? err_move(err, &p->error) : 0;
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->left);
    free(p);
    return status;
}

int pool_run(size_t count, pool_fn *fn, void *data, struct err **err)
{
    // The calling thread is one of them from the start.
    return pool_end(begin(count, fn, data, count ? count - 1 : 0), err);
}
