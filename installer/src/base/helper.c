// SPDX-License-Identifier: Apache-2.0
// Threads that wait for something to do, and what waits for threads, in lists under a lock.
#include "base/helper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"

struct job {
    helper_fn *fn; // NULL: none
    void *data;
};

struct helper {
    pthread_t thread;
    pthread_cond_t changed;
    struct job next; // that it is to begin with
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of all below, and of the helpers
static VEC(struct helper *) all;
static VEC(struct helper *) idle; // the one that was last at work, whose memory is at hand, is last
static VEC(struct job) waiting;   // for one that is at work, the first first
static bool is_ending;

size_t helpers_most(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (cores <= 1)
        return 0;
    return cores <= HELPERS_MAX ? (size_t)cores - 1 : HELPERS_MAX;
}

static struct job take_waiting(size_t at)
{
    struct job job = waiting.items[at];

    waiting.len--;
    memmove(&waiting.items[at], &waiting.items[at + 1],
            (waiting.len - at) * sizeof(*waiting.items));
    return job;
}

// With the lock, which is not held meanwhile.
static void do_next(struct helper *h)
{
    struct job job = h->next;

    h->next = (struct job){0};
    pthread_mutex_unlock(&lock);
    job.fn(job.data);
    pthread_mutex_lock(&lock);
    if (waiting.len)
        h->next = take_waiting(0);
    else
        vec_push(&idle, h);
}

static void *serve(void *arg)
{
    struct helper *h = arg;

    pthread_mutex_lock(&lock);
    while (h->next.fn || !is_ending)
        if (h->next.fn)
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
static bool start_new(struct job job)
{
    struct helper *h = MEM_NEW(struct helper);

    h->next = job;
    pthread_cond_init(&h->changed, NULL);
    if (!start_thread(h)) {
        helper_free(h);
        return false;
    }
    vec_push(&all, h);
    return true;
}

// One that has nothing to do, or NULL: a new one does it, or one that is at work, or *is_refused.
// The lock is held.
static struct helper *give(struct job job, bool *is_refused)
{
    struct helper *h;

    if (idle.len) {
        h = idle.items[--idle.len];
        h->next = job;
        return h;
    }
    if (all.len < helpers_most() && start_new(job))
        return NULL;
    *is_refused = !all.len;
    if (all.len)
        vec_push(&waiting, job);
    return NULL;
}

bool helper_start(helper_fn *fn, void *data)
{
    bool is_refused = false;
    struct helper *h;

    pthread_mutex_lock(&lock);
    h = give((struct job){fn, data}, &is_refused);
    pthread_mutex_unlock(&lock);
    if (h) // which finds the lock free
        pthread_cond_signal(&h->changed);
    return !is_refused;
}

// The lock is held.
static bool call_off_waiting(struct job job)
{
    for (size_t i = 0; i < waiting.len; i++) {
        if (waiting.items[i].fn != job.fn || waiting.items[i].data != job.data)
            continue;
        (void)take_waiting(i);
        return true;
    }
    return false;
}

// Of one that was woken for it. The lock is held.
static bool call_off_next(struct job job)
{
    VEC_FOREACH (struct helper **, it, &all) {
        struct helper *h = *it;

        if (h->next.fn != job.fn || h->next.data != job.data)
            continue;
        h->next = (struct job){0};
        vec_push(&idle, h);
        return true;
    }
    return false;
}

bool helper_call_off(helper_fn *fn, void *data)
{
    struct job job = {fn, data};
    bool found;

    pthread_mutex_lock(&lock);
    found = call_off_waiting(job) || call_off_next(job);
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
    vec_free(&waiting);
    is_ending = false;
}
