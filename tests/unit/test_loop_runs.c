// SPDX-License-Identifier: Apache-2.0
// base/loop: runs inside of runs, cancellation.
#include "test_loop.h"

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

UNIT_MAIN(UNIT_FIXTURE(test_loop__a_callback_is_not_called_inside_of_itself),
          UNIT_FIXTURE(test_loop__a_run_inside_takes_over_what_is_ready),
          UNIT_FIXTURE(test_loop__removal_while_dispatching_is_final),
          UNIT_FIXTURE(test_loop__a_descriptor_may_be_added_again_at_once),
          UNIT_FIXTURE(test_loop__timers_run_inside_of_timers),
          UNIT_FIXTURE(test_loop__cancel_ends_every_wait),
          UNIT_FIXTURE(test_loop__cancel_ends_the_waits_inside_too),
          UNIT_FIXTURE(test_loop__the_token_wakes_a_wait))
