// SPDX-License-Identifier: Apache-2.0
// base/timer
#include "unit.h"

#include "base/timer.h"

enum { MANY = 10000 };

static void note(void *data)
{
    ++*(int *)data;
}

static void test_timers__run_what_is_due(void **state)
{
    struct timers *t CLEANUP(timers_cleanup) = timers_new();
    int64_t now = timer_now();
    int runs = 0;
    uint64_t gone;

    (void)state;
    assert_true(timers_next(t) == TIMER_NEVER);
    timers_add(t, now - 1, note, &runs);
    gone = timers_add(t, now - 2, note, &runs);
    timers_add(t, now + 3600000, note, &runs);
    timers_cancel(t, gone);
    timers_cancel(t, gone);
    timers_run(t);
    assert_int_equal(runs, 1);
    assert_true(timers_next(t) == now + 3600000);
}

static void test_timers__ids_are_not_used_twice(void **state)
{
    struct timers *t CLEANUP(timers_cleanup) = timers_new();
    int runs = 0;
    uint64_t first = timers_add(t, 0, note, &runs);

    (void)state;
    timers_cancel(t, first);
    timers_add(t, 0, note, &runs); // where the first one was
    timers_cancel(t, first);
    timers_cancel(t, 0);
    timers_run(t);
    assert_int_equal(runs, 1);
}

struct step {
    int64_t at;
    int added;
    uint64_t id;
    bool ran;
};

static const struct step *last_step;

static void note_step(void *data)
{
    struct step *s = data;

    s->ran = true;
    if (last_step)
        assert_true(last_step->at < s->at ||
                    (last_step->at == s->at && last_step->added < s->added));
    last_step = s;
}

// Times that repeat, and every third one is cancelled, from the middle of the heap too.
static void test_timers__run_in_order_of_time_then_of_adding(void **state)
{
    static struct step steps[MANY];
    struct timers *t CLEANUP(timers_cleanup) = timers_new();
    uint32_t dice = 1;

    (void)state;
    last_step = NULL;
    for (int i = 0; i < MANY; i++) {
        dice = dice * 1103515245 + 12345;
        steps[i] = (struct step){.at = dice >> 16 & 0xfff, .added = i};
        steps[i].id = timers_add(t, steps[i].at, note_step, &steps[i]);
    }
    for (int i = 0; i < MANY; i += 3)
        timers_cancel(t, steps[i].id);
    timers_run(t);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(steps[i].ran, i % 3 != 0);
    assert_true(timers_next(t) == TIMER_NEVER);
}

struct again {
    struct timers *timers;
    int runs;
};

static void add_again(void *data)
{
    struct again *a = data;

    a->runs++;
    timers_add(a->timers, 0, add_again, a);
}

static void test_timers__one_that_adds_itself_does_not_run_for_ever(void **state)
{
    struct timers *t CLEANUP(timers_cleanup) = timers_new();
    struct again a = {.timers = t};

    (void)state;
    timers_add(t, 0, add_again, &a);
    timers_run(t);
    timers_run(t);
    assert_int_equal(a.runs, 2);
}

static void test_timer__formats_spans_of_time(void **state)
{
    char text[32];

    (void)state;
    assert_string_equal(timer_format(750, text), "750ms");
    assert_string_equal(timer_format(12900, text), "12s");
    assert_string_equal(timer_format(185000, text), "3m05s");
    assert_string_equal(timer_format(3660000, text), "1h01m");
}

static void test_timer__sums_do_not_overflow(void **state)
{
    (void)state;
    assert_true(timer_add(5, 7) == 12);
    assert_true(timer_add(timer_now(), INT64_MAX) == TIMER_NEVER);
    assert_true(timer_add(TIMER_NEVER, 1) == TIMER_NEVER);
}

UNIT_MAIN(UNIT(test_timers__run_what_is_due), UNIT(test_timers__ids_are_not_used_twice),
          UNIT(test_timers__run_in_order_of_time_then_of_adding),
          UNIT(test_timers__one_that_adds_itself_does_not_run_for_ever),
          UNIT(test_timer__formats_spans_of_time), UNIT(test_timer__sums_do_not_overflow))
