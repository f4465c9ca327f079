// SPDX-License-Identifier: Apache-2.0
// cluster/skew: the cluster's clock, from the times that it writes.
#include "unit.h"

#include "cluster/watch/skew.h"

#define NOON INT64_C(1795780800)

static void see(struct skew *s, const char *time, int64_t now)
{
    skew_see(s, span_str(time), now);
}

static void test_skew__what_was_there_at_first_may_be_old(void **state)
{
    struct skew s = {0};

    (void)state;
    see(&s, "2026-11-27T11:00:00Z", NOON);
    assert_int_equal(s.ahead, 0);
    // but nothing starts in the future
    see(&s, "2026-11-27T12:00:07Z", NOON);
    assert_int_equal(s.ahead, 7);
}

static void test_skew__what_is_new_is_of_this_moment(void **state)
{
    struct skew s = {0};

    (void)state;
    skew_watch(&s); // of nothing
    see(&s, "2026-11-27T11:00:00Z", NOON);
    assert_int_equal(s.ahead, 0);
    skew_watch(&s);
    see(&s, "2026-11-27T11:50:00Z", NOON + 10);
    assert_int_equal(s.ahead, -610);
    // an older one is no news, and what is no time neither
    see(&s, "2026-11-27T11:49:00Z", NOON + 20);
    see(&s, "now", NOON + 20);
    see(&s, "", NOON + 20);
    assert_int_equal(s.ahead, -610);
    see(&s, "2026-11-27T11:51:00Z", NOON + 70);
    assert_int_equal(s.ahead, -610);
}

UNIT_MAIN(cmocka_unit_test(test_skew__what_was_there_at_first_may_be_old),
          cmocka_unit_test(test_skew__what_is_new_is_of_this_moment))
