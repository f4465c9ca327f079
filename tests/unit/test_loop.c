// SPDX-License-Identifier: Apache-2.0
// base/loop: descriptors, timers, tasks, runs inside of runs, cancellation.
#include "unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"

enum {
    MANY_TIMERS = 10000,
    PATIENCE_MS = 30000, // nothing here takes as long
};

struct fixture {
    struct loop *loop;
    struct cancel *cancel;
    int ends[2]; // of a socket pair, not blocking
    struct err *err;
};

static int set_up(void **state)
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

static int tear_down(void **state)
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

static bool is_set(void *data)
{
    return *(bool *)data;
}

static bool never(void *data)
{
    (void)data;
    return false;
}

static void set(void *data)
{
    *(bool *)data = true;
}

// The test fails when the flag is not set by then.
static void run_until_set(struct fixture *f, bool *flag)
{
    assert_int_equal(loop_run_until(f->loop, is_set, flag, timer_now() + PATIENCE_MS, &f->err), 0);
}

// A number of turns that look and do not wait.
static void run_turns(struct fixture *f, int turns)
{
    for (int i = 0; i < turns; i++) {
        bool flag = false;
        struct loop_task *t = loop_add_task(f->loop, set, &flag);

        loop_post(t);
        run_until_set(f, &flag);
        loop_remove_task(t);
    }
}

// --- descriptors ---

struct calls {
    struct fixture *f;
    struct loop_fd *watch;
    int fd;
    int count;
    unsigned ready; // of the last call
    bool done;
};

static void note_call(void *data, unsigned ready)
{
    struct calls *c = data;

    c->count++;
    c->ready = ready;
    c->done = true;
}

static void read_byte(void *data, unsigned ready)
{
    struct calls *c = data;
    char byte;

    note_call(data, ready);
    assert_int_equal(read(c->fd, &byte, 1), 1);
}

static void send_byte(int fd)
{
    assert_int_equal(write(fd, "x", 1), 1);
}

static void test_loop__tells_what_a_descriptor_is_ready_for(void **state)
{
    struct fixture *f = *state;
    struct calls c = {.fd = f->ends[0]};

    c.watch = loop_add_fd(f->loop, c.fd, LOOP_READ, read_byte, &c);
    run_turns(f, 2);
    assert_int_equal(c.count, 0);
    send_byte(f->ends[1]);
    run_until_set(f, &c.done);
    assert_int_equal(c.ready, LOOP_READ);
    run_turns(f, 2);
    assert_int_equal(c.count, 1);
    loop_remove_fd(c.watch);
}

static void fill(void *data, unsigned ready)
{
    struct calls *c = data;
    char block[4096] = {0};

    note_call(data, ready);
    while (write(c->fd, block, sizeof(block)) > 0)
        ;
}

static void drain(int fd)
{
    char block[4096];

    while (read(fd, block, sizeof(block)) > 0)
        ;
}

static void test_loop__a_full_descriptor_is_written_when_there_is_room(void **state)
{
    struct fixture *f = *state;
    struct calls c = {.fd = f->ends[0]};

    c.watch = loop_add_fd(f->loop, c.fd, LOOP_READ | LOOP_WRITE, fill, &c);
    run_until_set(f, &c.done);
    assert_int_equal(c.ready, LOOP_WRITE);
    run_turns(f, 3);
    assert_int_equal(c.count, 1); // it is full
    c.done = false;
    drain(f->ends[1]);
    run_until_set(f, &c.done);
    loop_remove_fd(c.watch);
}

static void test_loop__nothing_is_told_that_is_not_asked_for(void **state)
{
    struct fixture *f = *state;
    struct calls c = {.fd = f->ends[0]};

    c.watch = loop_add_fd(f->loop, c.fd, LOOP_WRITE, note_call, &c);
    loop_change_fd(c.watch, 0);
    send_byte(f->ends[1]);
    fd_cleanup(&f->ends[1]); // an end, which epoll tells whoever it watches for
    run_turns(f, 3);
    assert_int_equal(c.count, 0);
    loop_change_fd(c.watch, LOOP_READ);
    run_until_set(f, &c.done);
    assert_int_equal(c.ready, LOOP_READ);
    loop_remove_fd(c.watch);
}

static void test_loop__the_end_of_a_pipe_is_readable(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    struct calls c = {0};

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    c.watch = loop_add_fd(f->loop, ends[0], LOOP_READ, note_call, &c);
    close(ends[1]);
    run_until_set(f, &c.done);
    assert_int_equal(c.ready, LOOP_READ);
    loop_remove_fd(c.watch);
    close(ends[0]);
}

static void test_loop__a_pipe_that_nobody_reads_is_writable(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    struct calls c = {0};

    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    c.fd = ends[1];
    fill(&c, 0);
    c = (struct calls){0};
    c.watch = loop_add_fd(f->loop, ends[1], LOOP_WRITE, note_call, &c);
    run_turns(f, 2);
    assert_int_equal(c.count, 0);
    close(ends[0]);
    run_until_set(f, &c.done);
    assert_int_equal(c.ready, LOOP_WRITE);
    loop_remove_fd(c.watch);
    close(ends[1]);
}

// epoll refuses files: EPERM.
static void test_loop__a_file_is_always_ready(void **state)
{
    struct fixture *f = *state;
    int fd = open(SOURCE_ROOT "/CMakeLists.txt", O_RDONLY | O_CLOEXEC);
    struct calls c = {.fd = fd};

    c.watch = loop_add_fd(f->loop, fd, LOOP_READ, read_byte, &c);
    assert_int_equal(loop_run_until_set(f->loop, &c.done, &f->err), 0);
    assert_int_equal(c.ready, LOOP_READ);
    loop_change_fd(c.watch, 0);
    c.count = 0;
    run_turns(f, 2);
    assert_int_equal(c.count, 0);
    loop_change_fd(c.watch, LOOP_READ);
    c.done = false;
    run_until_set(f, &c.done);
    loop_remove_fd(c.watch);
    close(fd);
}

// --- timers ---

struct countdown {
    int left;
    int64_t last; // when the last one was due
    bool done;
};

struct due {
    struct countdown *countdown;
    int64_t at;
};

static void count_down(void *data)
{
    struct due *d = data;

    assert_true(timer_now() >= d->at);
    assert_true(d->at >= d->countdown->last);
    d->countdown->last = d->at;
    d->countdown->done = --d->countdown->left == 0;
}

static void test_loop__runs_10000_timers_in_order(void **state)
{
    static struct due due[MANY_TIMERS];
    static uint64_t ids[MANY_TIMERS];
    struct fixture *f = *state;
    struct countdown c = {.left = MANY_TIMERS / 2};
    int64_t now = timer_now();

    for (int i = 0; i < MANY_TIMERS; i++) {
        due[i] = (struct due){&c, now + i * 7919 % 300};
        ids[i] = loop_add_timer(f->loop, due[i].at, count_down, &due[i]);
    }
    for (int i = 0; i < MANY_TIMERS; i += 2)
        loop_remove_timer(f->loop, ids[i]);
    run_until_set(f, &c.done);
    assert_int_equal(c.left, 0);
}

static void test_loop__a_wait_ends_at_its_deadline_or_with_its_condition(void **state)
{
    struct fixture *f = *state;
    bool flag = false;
    int64_t deadline = timer_now() + 20;

    assert_int_equal(loop_run_until(f->loop, is_set, &flag, deadline, &f->err), 1);
    assert_true(timer_now() >= deadline);
    loop_add_timer(f->loop, timer_now() + 20, set, &flag);
    assert_int_equal(loop_run_until_set(f->loop, &flag, &f->err), 0);
    assert_int_equal(loop_run_until(f->loop, is_set, &flag, 0, &f->err), 0); // looks first
    deadline = timer_now() + 20;
    assert_int_equal(loop_sleep(f->loop, 20, &f->err), 0);
    assert_true(timer_now() >= deadline);
}

// --- tasks ---

struct work {
    struct fixture *f;
    struct loop_task *task;
    int runs, runs_wanted;
    bool done;
};

static void work(void *data)
{
    struct work *w = data;

    if (++w->runs < w->runs_wanted)
        loop_post(w->task);
    else
        w->done = true;
}

static void test_loop__a_task_runs_once_for_all_posts(void **state)
{
    struct fixture *f = *state;
    struct work w = {.runs_wanted = 1};

    w.task = loop_add_task(f->loop, work, &w);
    loop_post(w.task);
    loop_post(w.task);
    run_until_set(f, &w.done);
    run_turns(f, 2);
    assert_int_equal(w.runs, 1);
    loop_post(w.task);
    loop_remove_task(w.task);
    run_turns(f, 2);
    assert_int_equal(w.runs, 1);
}

static void test_loop__a_task_that_posts_itself_leaves_room_for_others(void **state)
{
    struct fixture *f = *state;
    struct work w = {.runs_wanted = INT32_MAX};
    struct calls c = {.fd = f->ends[0]};
    bool timer = false;

    w.task = loop_add_task(f->loop, work, &w);
    loop_post(w.task);
    c.watch = loop_add_fd(f->loop, c.fd, LOOP_READ, read_byte, &c);
    send_byte(f->ends[1]);
    run_until_set(f, &c.done);
    loop_add_timer(f->loop, timer_now() + 5, set, &timer);
    run_until_set(f, &timer);
    loop_remove_fd(c.watch);
    loop_remove_task(w.task);
}

static void run_once_more(void *data)
{
    struct work *w = data;

    if (++w->runs == 1) {
        loop_post(w->task);
        run_until_set(w->f, &w->done);
    } else {
        w->done = true;
    }
}

static void test_loop__a_posted_task_runs_in_a_run_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct work w = {.f = f};

    w.task = loop_add_task(f->loop, run_once_more, &w);
    loop_post(w.task);
    run_until_set(f, &w.done);
    assert_int_equal(w.runs, 2);
    loop_remove_task(w.task);
}

static void remove_task(void *data)
{
    struct work *w = data;

    loop_post(w->task);
    loop_remove_task(w->task);
    run_turns(w->f, 2);
    w->runs++;
    w->done = true;
}

static void test_loop__a_task_may_remove_itself(void **state)
{
    struct fixture *f = *state;
    struct work w = {.f = f};

    w.task = loop_add_task(f->loop, remove_task, &w);
    loop_post(w.task);
    run_until_set(f, &w.done);
    run_turns(f, 2);
    assert_int_equal(w.runs, 1);
}

// --- runs inside of runs ---

// Reads nothing, so that it stays ready, and runs the loop until the timer of the inner run.
static void run_inside(void *data, unsigned ready)
{
    struct calls *c = data;
    bool inner = false;

    note_call(data, ready);
    loop_add_timer(c->f->loop, timer_now() + 20, set, &inner);
    run_until_set(c->f, &inner);
    assert_int_equal(c->count, 1);
    drain(c->fd);
}

static void test_loop__a_callback_is_not_called_inside_of_itself(void **state)
{
    struct fixture *f = *state;
    struct calls c = {.f = f, .fd = f->ends[0]};

    c.watch = loop_add_fd(f->loop, c.fd, LOOP_READ, run_inside, &c);
    send_byte(f->ends[1]);
    run_until_set(f, &c.done);
    c.count = 0;
    c.done = false;
    send_byte(f->ends[1]); // it is heard again
    run_until_set(f, &c.done);
    loop_remove_fd(c.watch);
}

enum { CROWD = 8 };

struct crowd {
    struct fixture *f;
    int pipes[CROWD][2];
    struct loop_fd *watches[CROWD];
    int calls;
    bool nested; // the first callback runs the loop until all were called
};

static bool all_were_called(void *data)
{
    return ((struct crowd *)data)->calls == CROWD;
}

struct member {
    struct crowd *crowd;
    int number;
};

static void hear_member(void *data, unsigned ready)
{
    const struct member *m = data;
    struct crowd *c = m->crowd;
    char byte;

    assert_int_equal(ready, LOOP_READ);
    assert_int_equal(read(c->pipes[m->number][0], &byte, 1), 1);
    if (c->calls++ == 0 && c->nested)
        assert_int_equal(
            loop_run_until(c->f->loop, all_were_called, c, timer_now() + PATIENCE_MS, &c->f->err),
            0);
}

// All are ready in one turn: the first one dispatched removes the rest, and itself.
static void remove_all(void *data, unsigned ready)
{
    const struct member *m = data;
    struct crowd *c = m->crowd;

    (void)ready;
    c->calls++;
    for (int i = 0; i < CROWD; i++) {
        loop_remove_fd(c->watches[i]);
        c->watches[i] = NULL;
    }
    run_turns(c->f, 3);
}

static void with_crowd(struct fixture *f, bool nested, loop_fd_fn *fn, int calls)
{
    struct crowd c = {.f = f, .nested = nested};
    struct member members[CROWD];

    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pipe2(c.pipes[i], O_CLOEXEC), 0);
        members[i] = (struct member){&c, i};
        c.watches[i] = loop_add_fd(f->loop, c.pipes[i][0], LOOP_READ, fn, &members[i]);
        send_byte(c.pipes[i][1]);
    }
    run_turns(f, 3);
    assert_int_equal(c.calls, calls);
    for (int i = 0; i < CROWD; i++) {
        loop_remove_fd(c.watches[i]);
        close(c.pipes[i][0]);
        close(c.pipes[i][1]);
    }
}

static void test_loop__a_run_inside_takes_over_what_is_ready(void **state)
{
    with_crowd(*state, false, hear_member, CROWD);
    with_crowd(*state, true, hear_member, CROWD);
}

static void test_loop__removal_while_dispatching_is_final(void **state)
{
    with_crowd(*state, false, remove_all, 1);
}

// The same descriptor under a new watch, while the callback of the old one still runs.
static void replace(void *data, unsigned ready)
{
    struct calls *c = data;

    (void)ready;
    loop_remove_fd(c->watch);
    c->watch = loop_add_fd(c->f->loop, c->fd, LOOP_READ, read_byte, c);
    run_until_set(c->f, &c->done);
}

static void test_loop__a_descriptor_may_be_added_again_at_once(void **state)
{
    struct fixture *f = *state;
    struct calls c = {.f = f, .fd = f->ends[0]};

    c.watch = loop_add_fd(f->loop, c.fd, LOOP_READ, replace, &c);
    send_byte(f->ends[1]);
    run_until_set(f, &c.done);
    loop_remove_fd(c.watch);
}

static void run_timer_inside(void *data)
{
    struct work *w = data;
    bool inner = false;

    w->runs++;
    loop_add_timer(w->f->loop, timer_now() + 5, set, &inner);
    run_until_set(w->f, &inner);
    w->done = true;
}

static void test_loop__timers_run_inside_of_timers(void **state)
{
    struct fixture *f = *state;
    struct work w = {.f = f};

    loop_add_timer(f->loop, timer_now(), run_timer_inside, &w);
    run_until_set(f, &w.done);
    assert_int_equal(w.runs, 1);
}

// --- cancellation ---

static void cancel(void *data)
{
    cancel_request(data);
}

static void assert_cancelled(struct fixture *f, int result)
{
    assert_int_equal(result, -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    err_clear(&f->err);
}

static void test_loop__cancel_ends_every_wait(void **state)
{
    struct fixture *f = *state;
    bool flag = false;

    loop_add_timer(f->loop, timer_now() + 20, cancel, f->cancel);
    assert_cancelled(f, loop_run_until(f->loop, never, NULL, TIMER_NEVER, &f->err));
    assert_cancelled(f, loop_run_until(f->loop, never, NULL, timer_now() + PATIENCE_MS, &f->err));
    assert_cancelled(f, loop_run_until_set(f->loop, &flag, &f->err));
    assert_cancelled(f, loop_sleep(f->loop, PATIENCE_MS, &f->err));
    assert_ptr_equal(loop_cancel(f->loop), f->cancel);
}

static void wait_inside(void *data)
{
    struct work *w = data;

    w->runs++;
    assert_cancelled(w->f, loop_sleep(w->f->loop, PATIENCE_MS, &w->f->err));
}

static void test_loop__cancel_ends_the_waits_inside_too(void **state)
{
    struct fixture *f = *state;
    struct work w = {.f = f};

    loop_add_timer(f->loop, timer_now(), wait_inside, &w);
    loop_add_timer(f->loop, timer_now() + 20, cancel, f->cancel);
    assert_cancelled(f, loop_sleep(f->loop, PATIENCE_MS, &f->err));
    assert_int_equal(w.runs, 1);
}

// Also one that came from another thread, while nothing else happens.
static void test_loop__the_token_wakes_a_wait(void **state)
{
    struct fixture *f = *state;
    struct calls c = {.fd = f->ends[0]};

    c.watch = loop_add_fd(f->loop, c.fd, LOOP_READ, note_call, &c);
    cancel_request(f->cancel);
    assert_cancelled(f, loop_run_until_set(f->loop, &c.done, &f->err));
    assert_int_equal(c.count, 0);
    loop_remove_fd(c.watch);
}

UNIT_MAIN(UNIT_FIXTURE(test_loop__tells_what_a_descriptor_is_ready_for),
          UNIT_FIXTURE(test_loop__a_full_descriptor_is_written_when_there_is_room),
          UNIT_FIXTURE(test_loop__nothing_is_told_that_is_not_asked_for),
          UNIT_FIXTURE(test_loop__the_end_of_a_pipe_is_readable),
          UNIT_FIXTURE(test_loop__a_pipe_that_nobody_reads_is_writable),
          UNIT_FIXTURE(test_loop__a_file_is_always_ready),
          UNIT_FIXTURE(test_loop__runs_10000_timers_in_order),
          UNIT_FIXTURE(test_loop__a_wait_ends_at_its_deadline_or_with_its_condition),
          UNIT_FIXTURE(test_loop__a_task_runs_once_for_all_posts),
          UNIT_FIXTURE(test_loop__a_task_that_posts_itself_leaves_room_for_others),
          UNIT_FIXTURE(test_loop__a_posted_task_runs_in_a_run_of_its_own),
          UNIT_FIXTURE(test_loop__a_task_may_remove_itself),
          UNIT_FIXTURE(test_loop__a_callback_is_not_called_inside_of_itself),
          UNIT_FIXTURE(test_loop__a_run_inside_takes_over_what_is_ready),
          UNIT_FIXTURE(test_loop__removal_while_dispatching_is_final),
          UNIT_FIXTURE(test_loop__a_descriptor_may_be_added_again_at_once),
          UNIT_FIXTURE(test_loop__timers_run_inside_of_timers),
          UNIT_FIXTURE(test_loop__cancel_ends_every_wait),
          UNIT_FIXTURE(test_loop__cancel_ends_the_waits_inside_too),
          UNIT_FIXTURE(test_loop__the_token_wakes_a_wait))
