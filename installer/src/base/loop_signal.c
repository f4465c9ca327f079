// SPDX-License-Identifier: Apache-2.0
// Signals of the loop, each by a descriptor of its own.
#include "base/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

struct loop_signal {
    int signo;
    int fd;
    struct loop_fd *watch;
    loop_signal_fn *fn;
    void *data;
};

static sigset_t only(int signo)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    return set;
}

// Whether it had come. However often it came, the kernel tells of it once.
static bool take(const struct loop_signal *s)
{
    struct signalfd_siginfo info;

    return read(s->fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

static void on_signal(void *data, unsigned ready UNUSED)
{
    const struct loop_signal *s = data;

    if (take(s))
        s->fn(s->data);
}

struct loop_signal *loop_add_signal(struct loop *l, int signo, loop_signal_fn *fn, void *data,
                                    struct err **err)
{
    struct loop_signal *s = NULL;
    sigset_t set = only(signo);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

    if (fd < 0) {
        err_set_errno(err, ERR_INTERNAL, errno, "signalfd");
        return NULL;
    }
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    s = MEM_NEW(struct loop_signal);
    *s = (struct loop_signal){.signo = signo, .fd = fd, .fn = fn, .data = data};
    s->watch = loop_add_fd(l, fd, LOOP_READ, on_signal, s);
    return s;
}

void loop_remove_signal(struct loop_signal *s)
{
    sigset_t set;

    if (!s)
        return;
    while (take(s))
        ;
    set = only(s->signo);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    loop_remove_fd(s->watch);
    fd_cleanup(&s->fd);
    free(s);
}
