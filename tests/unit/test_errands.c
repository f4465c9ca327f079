// SPDX-License-Identifier: Apache-2.0
// base/errands: each is done once, wherever and whenever, and those nobody waits for may be
// dropped.
#include "unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/errands.h"
#include "base/helper.h"
#include "base/pool.h"
#include "support_threads.h"

enum { ERRANDS = 200 };

struct work {
    struct errands *errands;
    struct errand *errand;
    struct work *more; // that is added by it
    atomic_size_t times;
    size_t result; // not atomic: it is there when the errand is finished
};

static void do_work(void *data)
{
    struct work *w = data;

    w->result = 7;
    if (w->more)
        w->more->errand = errands_add(w->errands, do_work, w->more, 1000);
    atomic_fetch_add(&w->times, 1);
}

static void assert_done(struct work *w)
{
    errands_finish(w->errands, w->errand);
    assert_int_equal(w->result, 7);
}

static void finish_all(void)
{
    struct errands *e CLEANUP(errands_cleanup) = errands_new();
    static struct work works[ERRANDS];

    memset(works, 0, sizeof(works));
    for (size_t i = 0; i < ERRANDS; i++)
        works[i].errands = e;
    // The second half is added by the first one.
    for (size_t i = 0; i < ERRANDS / 2; i++) {
        works[i].more = &works[ERRANDS / 2 + i];
        works[i].errand = errands_add(e, do_work, &works[i], i % 10);
    }
    for (size_t i = 0; i < ERRANDS / 2; i++) {
        struct work *w = &works[i * 37 % (ERRANDS / 2)];

        assert_done(w);
        assert_done(w->more);
        assert_done(w);
    }
    for (size_t i = 0; i < ERRANDS; i++)
        assert_int_equal(works[i].times, 1);
}

static void test_errands__each_is_done_once(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        finish_all();
    refuse_threads(true);
    finish_all();
    refuse_threads(false);
}

static void test_errands__may_be_dropped(void **state)
{
    static struct work works[ERRANDS];

    (void)state;
    for (int round = 0; round < 20; round++) {
        struct errands *e = errands_new();

        memset(works, 0, sizeof(works));
        for (size_t i = 0; i < ERRANDS; i++)
            works[i].errand = errands_add(e, do_work, &works[i], i);
        errands_free(e);
        for (size_t i = 0; i < ERRANDS; i++)
            assert_true(works[i].times <= 1);
    }
    errands_free(errands_new());
    errands_free(NULL);
}

static void test_errands__can_be_left_out(void **state)
{
    struct errands *e CLEANUP(errands_cleanup) = errands_new();
    static struct work works[ERRANDS];

    (void)state;
    memset(works, 0, sizeof(works));
    for (size_t i = 0; i < ERRANDS; i++)
        works[i].errand = errands_add(e, do_work, &works[i], i);
    for (size_t i = 0; i < ERRANDS; i++) {
        size_t times;

        errands_drop(e, works[i].errand);
        times = works[i].times;
        assert_true(times <= 1);
        errands_finish(e, works[i].errand);
        assert_int_equal(works[i].times, times);
    }
}

static int within(void *data, size_t index, struct err **err)
{
    (void)data;
    (void)index;
    finish_all();
    return pool_run(0, within, NULL, err);
}

static atomic_size_t helped;

static void count(void *data)
{
    (void)data;
    atomic_fetch_add(&helped, 1);
}

// A thread that has nothing to do does what comes next.
static void test_helper__stays_for_the_next(void **state)
{
    size_t before;

    (void)state;
    if (!helpers_most())
        skip();
    helpers_end();
    before = atomic_load(&threads_started);
    for (size_t i = 0; i < 20; i++)
        finish_all();
    // One that has just ended its work may be on its way back.
    assert_true(!pool_helpers() || atomic_load(&threads_started) - before < 20 * pool_helpers());
    helpers_end(); // waits for what they do
    atomic_store(&helped, 0);
    for (size_t i = 0; i < 10; i++)
        assert_true(helper_start(count, NULL));
    helpers_end();
    assert_int_equal(atomic_load(&helped), 10);
    refuse_threads(true);
    assert_false(helper_start(count, NULL));
    refuse_threads(false);
    assert_int_equal(atomic_load(&helped), 10);
}

// It is called, or called off: one of the two.
static void test_helper__may_be_called_off(void **state)
{
    static char other;
    size_t called_off = 0;

    (void)state;
    if (!helpers_most())
        skip();
    atomic_store(&helped, 0);
    for (size_t i = 0; i < 500; i++) {
        if (i % 50 == 0)
            helpers_end(); // the next one is a new thread
        assert_true(helper_start(count, NULL));
        assert_false(helper_call_off(count, &other));
        called_off += helper_call_off(count, NULL);
    }
    helpers_end();
    assert_int_equal(atomic_load(&helped) + called_off, 500);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void pass(void *data)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    count(data);
}

// However many ask at once, whoever they are; what waits for a thread may be called off.
static void test_helper__are_as_many_as_cores(void **state)
{
    static char other;
    size_t most = helpers_most(), before;

    (void)state;
    if (!most)
        skip();
    helpers_end();
    atomic_store(&helped, 0);
    before = atomic_load(&threads_started);
    pthread_mutex_lock(&gate);
    for (size_t i = 0; i < most + 5; i++)
        assert_true(helper_start(pass, NULL));
    assert_true(helper_start(pass, &other));
    assert_int_equal(atomic_load(&threads_started) - before, most);
    assert_true(helper_call_off(pass, &other));
    assert_false(helper_call_off(pass, &other));
    pthread_mutex_unlock(&gate);
    helpers_end();
    assert_int_equal(atomic_load(&helped), most + 5);
}

// A signal that another thread waits for, or is to be interrupted by.
static void is_blocked(void *data)
{
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    *(bool *)data = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGHUP) &&
                    !sigismember(&blocked, SIGSEGV);
}

static void test_helper__takes_no_signals(void **state)
{
    sigset_t before, after;
    bool blocked = false;

    (void)state;
    if (!helpers_most())
        skip();
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_true(helper_start(is_blocked, &blocked));
    helpers_end();
    assert_true(blocked);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

// Two levels of threads would be more of them than cores.
static void test_errands__have_no_threads_within_a_pool(void **state)
{
    struct err *err = NULL;
    size_t before = atomic_load(&threads_started);

    (void)state;
    refuse_threads(true); // for the pool: the calling thread does it
    assert_int_equal(pool_run(1, within, NULL, &err), 0);
    refuse_threads(false);
    assert_int_equal(pool_run(1, within, NULL, &err), 0);
    assert_int_equal(atomic_load(&threads_started), before);
    helpers_end();
    finish_all(); // outside of it they have
    assert_true(pool_helpers() == 0 || atomic_load(&threads_started) > before);
}

UNIT_MAIN(UNIT(test_errands__each_is_done_once), UNIT(test_errands__may_be_dropped),
          UNIT(test_errands__can_be_left_out), UNIT(test_errands__have_no_threads_within_a_pool),
          UNIT(test_helper__are_as_many_as_cores), UNIT(test_helper__stays_for_the_next),
          UNIT(test_helper__may_be_called_off), UNIT(test_helper__takes_no_signals))
