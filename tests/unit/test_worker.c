// SPDX-License-Identifier: Apache-2.0
// base/worker: also built with -fsanitize=thread.
#include "unit.h"

#include <pthread.h>
#include <sched.h>

#include "base/mem.h"
#include "base/worker.h"

enum { PATIENCE_MS = 30000, ITEMS = 1000 }; // nothing here takes as long

struct fixture {
    struct loop *loop;
    struct cancel *cancel;
    struct worker *worker;
    pthread_t loop_thread;
    int *numbers; // made by the thread
    bool aside;   // it ran in another thread
    bool done, free_it;
    struct err *err;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->cancel = cancel_new(&f->err);
    f->loop = loop_new(NULL, &f->err);
    assert_non_null(f->loop);
    f->loop_thread = pthread_self();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    worker_free(f->worker);
    loop_free(f->loop);
    cancel_free(f->cancel);
    free(f->numbers);
    err_free(f->err);
    free(f);
    return 0;
}

static bool is_set(void *data)
{
    return *(bool *)data;
}

static void count(void *data)
{
    struct fixture *f = data;

    f->aside = !pthread_equal(pthread_self(), f->loop_thread);
    f->numbers = mem_zalloc(ITEMS, sizeof(*f->numbers));
    for (int i = 0; i < ITEMS; i++)
        f->numbers[i] = i;
}

static void on_done(void *data)
{
    struct fixture *f = data;

    assert_true(pthread_equal(pthread_self(), f->loop_thread));
    f->done = true;
    if (f->free_it) {
        worker_free(f->worker);
        f->worker = NULL;
    }
}

static void run_until_done(struct fixture *f)
{
    f->worker = worker_start(f->loop, count, on_done, f, &f->err);
    assert_non_null(f->worker);
    assert_int_equal(loop_run_until(f->loop, is_set, &f->done, timer_now() + PATIENCE_MS, &f->err),
                     0);
    assert_true(f->aside);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(f->numbers[i], i);
}

static void test_worker__tells_the_loop_when_it_is_done(void **state)
{
    struct fixture *f = *state;

    run_until_done(f);
    f->done = false;
    assert_int_equal(loop_sleep(f->loop, 5, &f->err), 0);
    assert_false(f->done); // it is told once
}

static void test_worker__may_be_freed_by_what_it_tells(void **state)
{
    struct fixture *f = *state;

    f->free_it = true;
    run_until_done(f);
    assert_null(f->worker);
}

static void wait_for_cancel(void *data)
{
    struct fixture *f = data;

    while (!cancel_requested(f->cancel))
        sched_yield();
    f->numbers = mem_zalloc(1, sizeof(*f->numbers));
}

static void test_worker__is_waited_for_and_not_told_of_when_it_is_freed(void **state)
{
    struct fixture *f = *state;

    f->worker = worker_start(f->loop, wait_for_cancel, on_done, f, &f->err);
    assert_non_null(f->worker);
    cancel_request(f->cancel);
    worker_free(STEAL(f->worker));
    assert_non_null(f->numbers);
    assert_int_equal(loop_sleep(f->loop, 5, &f->err), 0);
    assert_false(f->done);
}

UNIT_MAIN(UNIT_FIXTURE(test_worker__tells_the_loop_when_it_is_done),
          UNIT_FIXTURE(test_worker__may_be_freed_by_what_it_tells),
          UNIT_FIXTURE(test_worker__is_waited_for_and_not_told_of_when_it_is_freed))
