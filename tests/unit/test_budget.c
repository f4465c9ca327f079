// SPDX-License-Identifier: Apache-2.0
// base/budget: what is left of it, and the pauses of the one rule for repeating.
#include "unit.h"

#include "base/budget.h"
#include "base/timer.h"

// Of the pause before attempt n + 1: at least `least` and at most `most` after now.
static void check_pause(const struct budget *b, int n, int64_t retry_after_ms, int64_t least,
                        int64_t most)
{
    int64_t before = timer_now();
    int64_t at = budget_repeat_at(b, n, retry_after_ms);
    int64_t after = timer_now();

    assert_true(at - before >= least);
    assert_true(at - after <= most);
}

static void test_budget__pauses_double_up_to_their_limit(void **state)
{
    struct budget none = {0}, near = {.pause_most_ms = 2000};

    (void)state;
    for (int i = 0; i < 50; i++) {
        check_pause(&none, 1, 0, 125, 250);
        check_pause(&none, 2, 0, 250, 500);
        check_pause(&none, 6, 0, 4000, 8000);
        check_pause(&none, 1000000, 0, 4000, 8000);
        check_pause(&near, 4, 0, 1000, 2000);
        check_pause(&near, 5, 0, 1000, 2000);
    }
}

// Many clients that were cut off together do not come back together.
static void test_budget__pauses_differ(void **state)
{
    struct budget none = {0};
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        int64_t pause = budget_repeat_at(&none, 6, 0) - timer_now();

        least = pause < least ? pause : least;
        most = pause > most ? pause : most;
    }
    assert_true(most - least > 1000);
}

static void test_budget__a_server_is_asked_no_sooner_than_it_says(void **state)
{
    struct budget none = {0};

    (void)state;
    check_pause(&none, 1, 20000, 20000, 20000);
    check_pause(&none, 6, 1, 4000, 8000);
    assert_int_equal(budget_repeat_at(&none, 1, INT64_MAX), 0); // that is never
}

static void test_budget__attempts_end(void **state)
{
    struct budget once = {.attempts = 1}, thrice = {.attempts = 3};

    (void)state;
    assert_int_equal(budget_repeat_at(&once, 1, 0), 0);
    assert_true(budget_repeat_at(&thrice, 2, 0) > 0);
    assert_int_equal(budget_repeat_at(&thrice, 3, 0), 0);
    assert_int_equal(budget_repeat_at(&thrice, 4, 0), 0);
}

static void test_budget__no_pause_reaches_the_deadline(void **state)
{
    struct budget short_one = {.deadline = timer_now() + 60000};

    (void)state;
    check_pause(&short_one, 1, 0, 125, 250);
    assert_int_equal(budget_repeat_at(&short_one, 1, 60000), 0);
    short_one.deadline = timer_now();
    assert_int_equal(budget_repeat_at(&short_one, 1, 0), 0);
}

static void test_budget__who_cancels_ends_it(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct cancel *cancel CLEANUP(cancel_cleanup) = cancel_new(&err);
    struct budget b = {.cancel = cancel, .deadline = timer_now() + 60000};

    (void)state;
    assert_true(budget_repeat_at(&b, 1, 0) > 0);
    cancel_request(cancel);
    assert_int_equal(budget_repeat_at(&b, 1, 0), 0);
    assert_false(budget_is_over(&b)); // there would be time
}

static void test_budget__time_runs_out(void **state)
{
    struct budget none = {0}, over = {.deadline = timer_now()};

    (void)state;
    assert_false(budget_is_over(&none));
    assert_true(budget_is_over(&over));
    assert_int_equal(budget_deadline(&none), TIMER_NEVER);
    assert_int_equal(budget_deadline(&over), over.deadline);
}

static void test_budget__what_is_open_comes_from_the_other(void **state)
{
    struct budget rest = {.deadline = 5, .attempts = 7, .pause_most_ms = 9};
    struct budget own = {.attempts = 1}, both = budget_or(&own, &rest);

    (void)state;
    assert_int_equal(both.deadline, 5);
    assert_int_equal(both.attempts, 1);
    assert_int_equal(both.pause_most_ms, 9);
    assert_null(both.cancel);
}

UNIT_MAIN(UNIT(test_budget__pauses_double_up_to_their_limit), UNIT(test_budget__pauses_differ),
          UNIT(test_budget__a_server_is_asked_no_sooner_than_it_says),
          UNIT(test_budget__attempts_end), UNIT(test_budget__no_pause_reaches_the_deadline),
          UNIT(test_budget__who_cancels_ends_it), UNIT(test_budget__time_runs_out),
          UNIT(test_budget__what_is_open_comes_from_the_other))
