// SPDX-License-Identifier: Apache-2.0
// base/loop: descriptors, timers, tasks.
#include "test_loop.h"

enum { MANY_TIMERS = 10000 };

// --- descriptors ---

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
          UNIT_FIXTURE(test_loop__a_task_may_remove_itself))
