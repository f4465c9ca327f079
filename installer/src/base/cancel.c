// SPDX-License-Identifier: Apache-2.0
// The cancel token on an eventfd, and the thread that waits for signals.
#include "base/cancel.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"

struct cancel {
    int fd; // never read, so that it stays readable for every poll
    atomic_bool set;
    atomic_int_least64_t grace_ms;
    bool on_signals;
    sigset_t signals;
    cancel_end_fn *end;
    void *data;
};

struct cancel *cancel_new(struct err **err)
{
    struct cancel *c CLEANUP(mem_cleanup) = MEM_NEW(struct cancel);

    atomic_init(&c->grace_ms, CANCEL_GRACE_MS);
    c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->fd < 0) {
        err_set_errno(err, ERR_INTERNAL, errno, "eventfd");
        return NULL;
    }
    return STEAL(c);
}

static void *watch(void *arg)
{
    struct cancel *c = arg;
    struct timespec grace;
    int64_t ms;

    while (sigwaitinfo(&c->signals, NULL) < 0)
        ;
    ms = atomic_load(&c->grace_ms);
    grace =
        (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000)};
    cancel_request(c);
    while (sigtimedwait(&c->signals, NULL, &grace) < 0 && errno == EINTR)
        ;
    c->end(c->data);
    return NULL;
}

// Whoever started us has had it ignored, as nohup does: we are to outlive the terminal.
static bool is_ignored(int signal)
{
    struct sigaction action;

    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int cancel_on_signals(struct cancel *c, bool hangup, cancel_end_fn *end, void *data,
                      struct err **err)
{
    pthread_t thread;
    sigset_t all, before;
    int failed;

    c->end = end;
    c->data = data;
    sigemptyset(&c->signals);
    sigaddset(&c->signals, SIGINT);
    sigaddset(&c->signals, SIGTERM);
    if (hangup && !is_ignored(SIGHUP))
        sigaddset(&c->signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &c->signals, NULL);
    // The thread is for these only: what the loop takes (SIGHUP of a server) must not end the
    // process there.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&thread, NULL, watch, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return err_set_errno(err, ERR_INTERNAL, failed, "a thread for signals");
    pthread_detach(thread);
    c->on_signals = true;
    return 0;
}

void cancel_set_grace(struct cancel *c, int64_t ms)
{
    if (c)
        atomic_store(&c->grace_ms, ms);
}

int cancel_fd(const struct cancel *c)
{
    return c->fd;
}

void cancel_request(struct cancel *c)
{
    atomic_store(&c->set, true);
    eventfd_write(c->fd, 1);
}

bool cancel_requested(const struct cancel *c)
{
    return c && atomic_load_explicit(&c->set, memory_order_relaxed);
}

int cancel_check(const struct cancel *c, struct err **err)
{
    if (cancel_requested(c))
        return err_set(err, ERR_CANCELLED, "interrupted");
    return 0;
}

void cancel_free(struct cancel *c)
{
    if (!c || c->on_signals)
        return;
    fd_cleanup(&c->fd);
    free(c);
}
