// SPDX-License-Identifier: Apache-2.0
// Threads that wait for something to do, in a list under a lock.
#include "base/helper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"

struct helper {
    pthread_t thread;
    pthread_cond_t changed;
    helper_fn *fn; // that it is to begin with, or NULL
    void *data;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of all below, and of the helpers
static VEC(struct helper *) all;
static VEC(struct helper *) idle; // the one that was last at work, whose memory is at hand, is last
static bool is_ending;

// With the lock, which is not held meanwhile.
static void do_next(struct helper *h)
{
    helper_fn *fn = h->fn;

    h->fn = NULL;
    pthread_mutex_unlock(&lock);
    fn(h->data);
    pthread_mutex_lock(&lock);
    vec_push(&idle, h);
}

static void *serve(void *arg)
{
    struct helper *h = arg;

    pthread_mutex_lock(&lock);
    while (h->fn || !is_ending)
        if (h->fn)
            do_next(h);
        else
            pthread_cond_wait(&h->changed, &lock);
    pthread_mutex_unlock(&lock);
    return NULL;
}

// Of those that a thread has by itself it would die without a word otherwise.
static void all_signals_but_faults(sigset_t *set)
{
    sigfillset(set);
    sigdelset(set, SIGSEGV);
    sigdelset(set, SIGBUS);
    sigdelset(set, SIGFPE);
    sigdelset(set, SIGILL);
}

static bool start_thread(struct helper *h)
{
    sigset_t blocked, before;
    pthread_attr_t attr;
    int status;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HELPER_STACK_BYTES);
    all_signals_but_faults(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    status = pthread_create(&h->thread, &attr, serve, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return status == 0;
}

static void helper_free(struct helper *h)
{
    pthread_cond_destroy(&h->changed);
    free(h);
}

// The lock is held.
static bool start_new(helper_fn *fn, void *data)
{
    struct helper *h = MEM_NEW(struct helper);

    *h = (struct helper){.fn = fn, .data = data};
    pthread_cond_init(&h->changed, NULL);
    if (!start_thread(h)) {
        helper_free(h);
        return false;
    }
    vec_push(&all, h);
    return true;
}

static void wake(struct helper *h, helper_fn *fn, void *data)
{
    h->fn = fn;
    h->data = data;
    pthread_cond_signal(&h->changed);
}

bool helper_start(helper_fn *fn, void *data)
{
    bool started = true;

    pthread_mutex_lock(&lock);
    if (idle.len)
        wake(idle.items[--idle.len], fn, data);
    else
        started = start_new(fn, data);
    pthread_mutex_unlock(&lock);
    return started;
}

bool helper_call_off(helper_fn *fn, const void *data)
{
    bool found = false;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < all.len && !found; i++) {
        struct helper *h = all.items[i];

        found = h->fn == fn && h->data == data;
        if (found) {
            h->fn = NULL;
            vec_push(&idle, h);
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void helpers_end(void)
{
    pthread_mutex_lock(&lock);
    is_ending = true;
    VEC_FOREACH (struct helper **, h, &all)
        pthread_cond_signal(&(*h)->changed);
    pthread_mutex_unlock(&lock);
    VEC_FOREACH (struct helper **, h, &all) {
        pthread_join((*h)->thread, NULL);
        helper_free(*h);
    }
    vec_free(&all);
    vec_free(&idle);
    is_ending = false;
}
