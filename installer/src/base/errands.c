// SPDX-License-Identifier: Apache-2.0
// Errands: a list under a lock, and helpers that take from it until there are no more.
#include "base/errands.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/helper.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/vec.h"

struct errand {
    errand_fn *fn;
    void *data;
    size_t cost;
    enum { ERRAND_WAITS, ERRAND_RUNS, ERRAND_DONE } state;
};

struct errands {
    pthread_mutex_t lock; // of all below
    pthread_cond_t changed;
    VEC(struct errand *) all;
    VEC(struct errand *) waiting;
    size_t most;    // helpers
    size_t helpers; // at work
};

struct errands *errands_new(void)
{
    struct errands *t = MEM_NEW(struct errands);

    t->most = pool_helpers();
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    return t;
}

static void drop_waiting(struct errands *t, size_t at)
{
    t->waiting.items[at] = t->waiting.items[--t->waiting.len];
}

// NULL when none waits.
static struct errand *take_largest(struct errands *t)
{
    size_t largest = 0;
    struct errand *errand;

    if (!t->waiting.len)
        return NULL;
    for (size_t i = 1; i < t->waiting.len; i++)
        if (t->waiting.items[i]->cost > t->waiting.items[largest]->cost)
            largest = i;
    errand = t->waiting.items[largest];
    drop_waiting(t, largest);
    return errand;
}

// The lock is not held meanwhile.
static void run(struct errands *t, struct errand *errand)
{
    errand->state = ERRAND_RUNS;
    pthread_mutex_unlock(&t->lock);
    errand->fn(errand->data);
    pthread_mutex_lock(&t->lock);
    errand->state = ERRAND_DONE;
    pthread_cond_broadcast(&t->changed);
}

static void help(void *data)
{
    struct errands *t = data;
    bool was_within = pool_enter();
    struct errand *errand;

    pthread_mutex_lock(&t->lock);
    while ((errand = take_largest(t)))
        run(t, errand);
    t->helpers--;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pool_leave(was_within);
}

static void start_helper(struct errands *t)
{
    if (helper_start(help, t))
        return;
    pthread_mutex_lock(&t->lock);
    t->most = --t->helpers; // it is only slower
    pthread_mutex_unlock(&t->lock);
}

// Who is woken needs the lock at once, and finds it free.
struct errand *errands_add(struct errands *t, errand_fn *fn, void *data, size_t cost)
{
    struct errand *errand = MEM_NEW(struct errand);
    bool is_one_more;

    *errand = (struct errand){fn, data, cost, ERRAND_WAITS};
    pthread_mutex_lock(&t->lock);
    vec_push(&t->all, errand);
    vec_push(&t->waiting, errand);
    is_one_more = t->helpers < t->most;
    t->helpers += is_one_more;
    pthread_mutex_unlock(&t->lock);
    pthread_cond_signal(&t->changed);
    if (is_one_more)
        start_helper(t);
    return errand;
}

static void take_out(struct errands *t, const struct errand *errand)
{
    for (size_t i = 0; i < t->waiting.len; i++)
        if (t->waiting.items[i] == errand)
            drop_waiting(t, i);
}

// The lock is held.
static void wait_for(struct errands *t, const struct errand *errand)
{
    while (errand->state != ERRAND_DONE) {
        struct errand *other = take_largest(t);

        if (other)
            run(t, other);
        else
            pthread_cond_wait(&t->changed, &t->lock);
    }
}

void errands_finish(struct errands *t, struct errand *errand)
{
    bool was_within = pool_enter();

    pthread_mutex_lock(&t->lock);
    if (errand->state == ERRAND_WAITS) {
        take_out(t, errand);
        run(t, errand);
    }
    wait_for(t, errand);
    pthread_mutex_unlock(&t->lock);
    pool_leave(was_within);
}

void errands_drop(struct errands *t, struct errand *errand)
{
    bool was_within = pool_enter();

    pthread_mutex_lock(&t->lock);
    if (errand->state == ERRAND_WAITS) {
        take_out(t, errand);
        errand->state = ERRAND_DONE;
    }
    wait_for(t, errand);
    pthread_mutex_unlock(&t->lock);
    pool_leave(was_within);
}

void errands_free(struct errands *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->waiting.len = 0;
    while (t->helpers && helper_call_off(help, t))
        t->helpers--;
    while (t->helpers)
        pthread_cond_wait(&t->changed, &t->lock);
    pthread_mutex_unlock(&t->lock);
    VEC_FOREACH (struct errand **, it, &t->all)
        free(*it);
    vec_free(&t->all);
    vec_free(&t->waiting);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->changed);
    free(t);
}
