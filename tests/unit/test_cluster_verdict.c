// SPDX-License-Identifier: Apache-2.0
// cluster/verdict: telling failures that heal from those that stay.
#include "unit.h"

#include "cluster/verdict.h"

static struct finding failing(const char *container, const char *reason, const char *message,
                              int64_t attempts)
{
    return (struct finding){.state = READY_FAILING,
                            .object = "Deployment x/y",
                            .container = container,
                            .reason = reason,
                            .message = message,
                            .attempts = attempts};
}

static void test_cluster_verdict__stalled_is_final_at_once(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding stalled = {
        .state = READY_TERMINAL, .object = "o", .reason = "Stalled", .message = ""};

    (void)state;
    assert_ptr_equal(verdict_see(v, &stalled, 1, 0), &stalled);
}

static void test_cluster_verdict__stalled_before_a_change_gets_time(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(60000);
    struct finding stalled = {
        .state = READY_TERMINAL, .object = "a", .reason = "Stalled", .message = "", .stale = true};

    (void)state;
    assert_null(verdict_see(v, &stalled, 1, 2));
    assert_null(verdict_see(v, &stalled, 1, 60001));
    assert_ptr_equal(verdict_see(v, &stalled, 1, 60002), &stalled);
    // its controller has looked
    stalled.object = "b";
    assert_null(verdict_see(v, &stalled, 1, 60003));
    stalled.stale = false;
    assert_ptr_equal(verdict_see(v, &stalled, 1, 60004), &stalled);
}

static void test_cluster_verdict__the_kubelet_words_are_one_failure(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding pull = failing("c", "ErrImagePull", "no such image", 0);
    struct finding back_off = failing("c", "ImagePullBackOff", "back-off", 0);

    (void)state;
    assert_null(verdict_see(v, &pull, 1, 1));
    assert_null(verdict_see(v, &back_off, 1, 500));
    assert_null(verdict_see(v, &pull, 1, 1000));
    assert_ptr_equal(verdict_see(v, &back_off, 1, 1001), &back_off);
}

static void test_cluster_verdict__one_attempt_is_not_enough(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding once = failing(NULL, "InstallFailed", "m", 1);
    struct finding twice = failing(NULL, "InstallFailed", "m", 2);

    (void)state;
    assert_null(verdict_see(v, &once, 1, 1));
    assert_null(verdict_see(v, &once, 1, 5000));
    assert_ptr_equal(verdict_see(v, &twice, 1, 6000), &twice);
}

// A source tells of no attempts, and says the same of each.
static void test_cluster_verdict__what_comes_back_was_tried_again(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding missing = failing(NULL, "GitOperationFailed", "no such repository", 0);

    (void)state;
    assert_null(verdict_see(v, &missing, 1, 1));
    assert_null(verdict_see(v, &missing, 1, 2000));
    assert_null(verdict_see(v, NULL, 0, 3000));
    assert_null(verdict_see(v, &missing, 1, 4000));
    assert_null(verdict_see(v, NULL, 0, 5000));
    assert_ptr_equal(verdict_see(v, &missing, 1, 6000), &missing);
}

static void test_cluster_verdict__healed_for_long_starts_anew(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding crash = failing("c", "CrashLoopBackOff", "m", 5);

    (void)state;
    assert_null(verdict_see(v, &crash, 1, 1));
    assert_null(verdict_see(v, NULL, 0, 1 + VERDICT_FORGET_MS + 1));
    assert_null(verdict_see(v, &crash, 1, VERDICT_FORGET_MS + 10));
    assert_ptr_equal(verdict_see(v, &crash, 1, VERDICT_FORGET_MS + 1010), &crash);
}

UNIT_MAIN(UNIT(test_cluster_verdict__stalled_is_final_at_once),
          UNIT(test_cluster_verdict__stalled_before_a_change_gets_time),
          UNIT(test_cluster_verdict__the_kubelet_words_are_one_failure),
          UNIT(test_cluster_verdict__one_attempt_is_not_enough),
          UNIT(test_cluster_verdict__what_comes_back_was_tried_again),
          UNIT(test_cluster_verdict__healed_for_long_starts_anew))
