// SPDX-License-Identifier: Apache-2.0
// A loop with a socket pair, and what is called by it.
#ifndef TEST_LOOP_H
#define TEST_LOOP_H

#include "unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"

enum {
    PATIENCE_MS = 30000, // nothing here takes as long
};

struct fixture {
    struct loop *loop;
    struct cancel *cancel;
    int ends[2]; // of a socket pair, not blocking
    struct err *err;
};

static inline int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->cancel = cancel_new(&f->err);
    f->loop = loop_new(f->cancel, &f->err);
    assert_non_null(f->loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, f->ends),
                     0);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;

    loop_free(f->loop);
    cancel_free(f->cancel);
    fd_cleanup(&f->ends[0]);
    fd_cleanup(&f->ends[1]);
    err_free(f->err);
    free(f);
    return 0;
}

static inline bool is_set(void *data)
{
    return *(bool *)data;
}

static inline bool never(void *data)
{
    (void)data;
    return false;
}

static inline void set(void *data)
{
    *(bool *)data = true;
}

// The test fails when the flag is not set by then.
static inline void run_until_set(struct fixture *f, bool *flag)
{
    assert_int_equal(loop_run_until(f->loop, is_set, flag, timer_now() + PATIENCE_MS, &f->err), 0);
}

// A number of turns that look and do not wait.
static inline void run_turns(struct fixture *f, int turns)
{
    for (int i = 0; i < turns; i++) {
        bool flag = false;
        struct loop_task *t = loop_add_task(f->loop, set, &flag);

        loop_post(t);
        run_until_set(f, &flag);
        loop_remove_task(t);
    }
}

struct calls {
    struct fixture *f;
    struct loop_fd *watch;
    int fd;
    int count;
    unsigned ready; // of the last call
    bool done;
};

static inline void note_call(void *data, unsigned ready)
{
    struct calls *c = data;

    c->count++;
    c->ready = ready;
    c->done = true;
}

static inline void read_byte(void *data, unsigned ready)
{
    struct calls *c = data;
    char byte;

    note_call(data, ready);
    assert_int_equal(read(c->fd, &byte, 1), 1);
}

static inline void send_byte(int fd)
{
    assert_int_equal(write(fd, "x", 1), 1);
}

static inline void drain(int fd)
{
    char block[4096];

    while (read(fd, block, sizeof(block)) > 0)
        ;
}

struct work {
    struct fixture *f;
    struct loop_task *task;
    int runs, runs_wanted;
    bool done;
};

#endif
