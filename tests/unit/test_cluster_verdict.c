// SPDX-License-Identifier: Apache-2.0
// cluster/verdict: telling failures that heal from those that stay.
#include "unit.h"

#include "cluster/judge/verdict.h"

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

static void test_cluster_verdict__what_stands_is_final_however_often_it_was_tried(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding once = failing(NULL, "FailedCreate", "exceeded quota", 0);

    (void)state;
    assert_null(verdict_see(v, &once, 1, 1));
    assert_null(verdict_see(v, &once, 1, 1000));
    assert_ptr_equal(verdict_see(v, &once, 1, 1001), &once);
}

static void test_cluster_verdict__more_ready_pods_are_progress(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding slow = failing("c", "CrashLoopBackOff", "m", 5);

    (void)state;
    assert_null(verdict_see(v, &slow, 1, 1));
    for (int i = 1; i <= 5; i++) {
        slow.steps = i;
        assert_null(verdict_see(v, &slow, 1, i * 900));
    }
    // fewer, and as many again, are none
    slow.steps = 2;
    assert_null(verdict_see(v, &slow, 1, 5000));
    slow.steps = 5;
    assert_ptr_equal(verdict_see(v, &slow, 1, 5500), &slow);
}

static void test_cluster_verdict__another_reason_is_progress_and_a_known_one_is_not(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding install = failing(NULL, "InstallFailed", "m", 1);
    struct finding tests = failing(NULL, "TestFailed", "m", 2);

    (void)state;
    assert_null(verdict_see(v, &install, 1, 1));
    assert_null(verdict_see(v, &tests, 1, 900));
    assert_null(verdict_see(v, &install, 1, 1800));
    assert_ptr_equal(verdict_see(v, &tests, 1, 1900), &tests);
}

// A source without a route, a release whose attempts name other pods, a list in another order.
static void test_cluster_verdict__other_words_are_no_progress(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding route = failing(NULL, "OCIArtifactPullFailed", "connect: no route to host", 0);
    struct finding late = failing(NULL, "OCIArtifactPullFailed", "dial tcp: i/o timeout", 0);

    (void)state;
    assert_null(verdict_see(v, &route, 1, 1));
    assert_null(verdict_see(v, &late, 1, 900));
    assert_ptr_equal(verdict_see(v, &late, 1, 1001), &late);
}

static void test_cluster_verdict__ever_other_reasons_do_not_put_it_off_for_ever(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    const struct finding *final = NULL;
    char reason[] = "a";
    struct finding f = failing(NULL, reason, "m", 1);

    (void)state;
    for (int64_t now = 1; now < 20000 && !final; now += 500) {
        reason[0] = (char)('a' + now / 500 % 26);
        final = verdict_see(v, &f, 1, now);
    }
    assert_ptr_equal(final, &f);
}

static void test_cluster_verdict__another_version_is_another_matter(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding f = failing(NULL, "InstallFailed", "m", 1);

    (void)state;
    f.asked = "1;";
    assert_null(verdict_see(v, &f, 1, 1));
    f.asked = "2;";
    assert_null(verdict_see(v, &f, 1, 900));
    // that it was tried meanwhile changes nothing
    f.asked = "2;1.0.0";
    assert_null(verdict_see(v, &f, 1, 1700));
    // nor that a cause from before is told
    f.asked = "2;";
    assert_null(verdict_see(v, &f, 1, 1800));
    f.asked = "2;1.0.0";
    assert_null(verdict_see(v, &f, 1, 1899));
    assert_ptr_equal(verdict_see(v, &f, 1, 1900), &f);
    f.asked = "2;1.0.1";
    assert_null(verdict_see(v, &f, 1, 1901));
}

static void test_cluster_verdict__an_attempt_is_awaited(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding f = failing(NULL, "InstallFailed", "timed out", 1);

    (void)state;
    assert_null(verdict_see(v, &f, 1, 1));
    f.retrying = true;
    assert_null(verdict_see(v, &f, 1, 5000));
    f.retrying = false;
    assert_ptr_equal(verdict_see(v, &f, 1, 6000), &f);
}

// Between two attempts there may be no look: the counter tells.
static void test_cluster_verdict__attempts_back_to_back_are_not_awaited_for_ever(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding f = failing(NULL, "InstallFailed", "timed out", 1);

    (void)state;
    f.retrying = true;
    f.failures = 1;
    assert_null(verdict_see(v, &f, 1, 1));
    f.failures = 2;
    assert_null(verdict_see(v, &f, 1, 900));
    assert_null(verdict_see(v, &f, 1, 1001));
    assert_null(verdict_see(v, &f, 1, 5000));
    f.failures = 3;
    assert_ptr_equal(verdict_see(v, &f, 1, 5001), &f);
}

// While an attempt waits for its pods only they are told of.
static void test_cluster_verdict__what_is_told_below_does_not_heal_what_is_above(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    static const char *const above[] = {"Deployment x/y", NULL};
    struct finding f = failing(NULL, "HealthCheckFailed", "m", 0);
    struct finding below = failing("c", "ContainerNotReady", "m", 0);

    (void)state;
    below.object = "Pod x/y-1";
    below.state = READY_PROGRESSING;
    below.above = above;
    assert_null(verdict_see(v, &f, 1, 1));
    assert_null(verdict_see(v, &below, 1, 80000));
    assert_null(verdict_see(v, &below, 1, 160000));
    assert_ptr_equal(verdict_see(v, &f, 1, 160001), &f);
}

static void test_cluster_verdict__pods_of_another_version_are_counted_anew(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding f = failing("c", "CrashLoopBackOff", "m", 5);

    (void)state;
    f.asked = "1;";
    f.steps = 6;
    assert_null(verdict_see(v, &f, 1, 1));
    f.asked = "2;";
    f.steps = 3;
    assert_null(verdict_see(v, &f, 1, 900));
    f.steps = 4;
    assert_null(verdict_see(v, &f, 1, 1800));
    assert_null(verdict_see(v, &f, 1, 2700));
    assert_ptr_equal(verdict_see(v, &f, 1, 2800), &f);
}

// A source that is looked at again says Unknown for that time.
static void test_cluster_verdict__an_attempt_does_not_heal(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding f = failing(NULL, "HealthCheckFailed", "m", 0);
    struct finding trying = failing(NULL, "Progressing", "m", 0);

    (void)state;
    trying.state = READY_PROGRESSING;
    trying.retrying = true;
    assert_null(verdict_see(v, &f, 1, 1));
    assert_null(verdict_see(v, &trying, 1, 80000));
    assert_null(verdict_see(v, &trying, 1, 160000));
    assert_ptr_equal(verdict_see(v, &f, 1, 240000), &f);
}

static void test_cluster_verdict__what_comes_back_has_not_healed(void **state)
{
    struct verdict *v CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding f = failing(NULL, "GitOperationFailed", "no such repository", 0);

    (void)state;
    assert_null(verdict_see(v, &f, 1, 1));
    assert_null(verdict_see(v, &f, 1, 600));
    assert_null(verdict_see(v, NULL, 0, 700));
    // the time that it was well does not count
    assert_null(verdict_see(v, &f, 1, 1600));
    assert_null(verdict_see(v, &f, 1, 1999));
    assert_ptr_equal(verdict_see(v, &f, 1, 2001), &f);
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
          UNIT(test_cluster_verdict__what_stands_is_final_however_often_it_was_tried),
          UNIT(test_cluster_verdict__more_ready_pods_are_progress),
          UNIT(test_cluster_verdict__another_reason_is_progress_and_a_known_one_is_not),
          UNIT(test_cluster_verdict__other_words_are_no_progress),
          UNIT(test_cluster_verdict__ever_other_reasons_do_not_put_it_off_for_ever),
          UNIT(test_cluster_verdict__another_version_is_another_matter),
          UNIT(test_cluster_verdict__an_attempt_is_awaited),
          UNIT(test_cluster_verdict__attempts_back_to_back_are_not_awaited_for_ever),
          UNIT(test_cluster_verdict__what_is_told_below_does_not_heal_what_is_above),
          UNIT(test_cluster_verdict__pods_of_another_version_are_counted_anew),
          UNIT(test_cluster_verdict__an_attempt_does_not_heal),
          UNIT(test_cluster_verdict__what_comes_back_has_not_healed),
          UNIT(test_cluster_verdict__healed_for_long_starts_anew))
