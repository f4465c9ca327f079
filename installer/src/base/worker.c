// SPDX-License-Identifier: Apache-2.0
// A thread that tells the loop by an eventfd that it has ended.
#include "base/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"

struct worker {
    pthread_t thread;
    bool joined;
    int fd; // readable when the work is done
    struct loop_fd *watch;
    worker_fn *work;
    worker_fn *done;
    void *data;
};

static void *run(void *arg)
{
    const struct worker *w = arg;

    w->work(w->data);
    eventfd_write(w->fd, 1);
    return NULL;
}

// All that the thread wrote is seen after it.
static void join(struct worker *w)
{
    if (!w->joined)
        pthread_join(w->thread, NULL);
    w->joined = true;
}

static void on_done(void *data, unsigned ready UNUSED)
{
    struct worker *w = data;

    loop_change_fd(w->watch, 0);
    join(w);
    w->done(w->data);
}

static int start(struct worker *w)
{
    pthread_attr_t attr;
    int failed;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, POOL_STACK_BYTES);
    failed = pthread_create(&w->thread, &attr, run, w);
    pthread_attr_destroy(&attr);
    return failed;
}

struct worker *worker_start(struct loop *l, worker_fn *work, worker_fn *done, void *data,
                            struct err **err)
{
    int fd CLEANUP(fd_cleanup) = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct worker *w CLEANUP(mem_cleanup) = MEM_NEW(struct worker);
    int failed;

    if (fd < 0) {
        err_set_errno(err, ERR_INTERNAL, errno, "eventfd");
        return NULL;
    }
    *w = (struct worker){.fd = fd, .work = work, .done = done, .data = data};
    failed = start(w);
    if (failed) {
        err_set_errno(err, ERR_INTERNAL, failed, "a thread");
        return NULL;
    }
    w->watch = loop_add_fd(l, FD_STEAL(fd), LOOP_READ, on_done, w);
    return STEAL(w);
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    join(w);
    loop_remove_fd(w->watch);
    fd_cleanup(&w->fd);
    free(w);
}
