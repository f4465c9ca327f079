// SPDX-License-Identifier: Apache-2.0
// Children of the loop, by a descriptor of the process (Linux 5.3). Where there is none, a timer
// asks.
#include "base/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { CHILD_LOOK_MS = 20 };

struct loop_child {
    struct loop *loop;
    pid_t pid;
    int fd; // -1: there is none
    struct loop_fd *watch;
    uint64_t timer;
    loop_child_fn *fn;
    void *data;
};

// False while it lives.
static bool reap(struct loop_child *c)
{
    struct loop_child ended = *c;
    int status = -1;
    pid_t pid;

    do
        pid = waitpid(c->pid, &status, WNOHANG);
    while (pid < 0 && errno == EINTR);
    if (pid == 0)
        return false;
    loop_remove_child(c);
    ended.fn(ended.data, status);
    return true;
}

static void on_end(void *data, unsigned ready UNUSED)
{
    reap(data);
}

static void look_later(struct loop_child *c);

static void look(void *data)
{
    if (!reap(data))
        look_later(data);
}

static void look_later(struct loop_child *c)
{
    c->timer = loop_add_timer(c->loop, timer_now() + CHILD_LOOK_MS, look, c);
}

struct loop_child *loop_add_child(struct loop *l, pid_t pid, loop_child_fn *fn, void *data)
{
    struct loop_child *c = MEM_NEW(struct loop_child);

    *c = (struct loop_child){.loop = l, .pid = pid, .fn = fn, .data = data};
    c->fd = (int)syscall(SYS_pidfd_open, pid, 0); // closed by exec
    if (c->fd >= 0)
        c->watch = loop_add_fd(l, c->fd, LOOP_READ, on_end, c);
    else
        look_later(c);
    return c;
}

void loop_remove_child(struct loop_child *c)
{
    if (!c)
        return;
    loop_remove_fd(c->watch);
    loop_remove_timer(c->loop, c->timer);
    fd_cleanup(&c->fd);
    free(c);
}
