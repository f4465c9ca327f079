// SPDX-License-Identifier: Apache-2.0
// base/semver: what Masterminds/semver v3 takes for a version, and in which order.
#include "unit.h"

#include "base/semver.h"

static void test_semver_parse__parts(void **state)
{
    struct semver v;

    (void)state;
    assert_true(semver_parse(SPAN("v1.02.3-rc.1+b-7.01"), &v));
    assert_true(v.number[0] == 1 && v.number[1] == 2 && v.number[2] == 3);
    assert_true(span_is(v.pre, "rc.1") && span_is(v.build, "b-7.01"));
    assert_true(semver_parse(SPAN("4"), &v));
    assert_true(v.number[0] == 4 && v.number[1] == 0 && v.count == 1);
    assert_true(semver_parse(SPAN("1.2-a+b"), &v));
    assert_true(v.count == 2 && span_is(v.pre, "a") && span_is(v.build, "b"));
    assert_true(semver_parse(SPAN("1.2.3+a-b"), &v));
    assert_true(!v.pre.len && span_is(v.build, "a-b"));
}

static void test_semver_parse__what_is_none(void **state)
{
    static const char *const none[] = {
        "",          "v",         "vv1.0.0",    "1.",       "1.2.",
        "1.2.3.",    "1.2.3.4",   "1.2.x",      "*",        "1.2.3-",
        "1.2.3+",    "1.2.3-a.",  "1.2.3-a..b", "1.2.3-01", "1.2.3+a.",
        "1.2.3+a_b", " 1.2.3",    "1.2.3 ",     "V1.2.3",   ">=1.2.3",
        "^1.2.3",    "1.2.3+a+b", "latest",     "-1.2.3",   "18446744073709551616.0.0"};
    struct semver v;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (semver_parse(span_str(none[i]), &v))
            fail_msg("'%s' is taken for a version", none[i]);
}

static void test_semver_is_exact__all_three_numbers(void **state)
{
    (void)state;
    assert_true(semver_is_exact(SPAN("1.2.3")));
    assert_true(semver_is_exact(SPAN("v1.2.3-bb.0+up1")));
    assert_false(semver_is_exact(SPAN("1.2")));
    assert_false(semver_is_exact(SPAN("1.2.x")));
    assert_false(semver_is_exact(SPAN("~1.2.3")));
    assert_false(semver_is_exact(SPAN_EMPTY));
}

static void test_semver_is_plain__three_numbers_and_nothing_else(void **state)
{
    static const char *const none[] = {"",        "1.2",    "1.2.",   "1.2.3.",   "1.2.3.4",
                                       "v1.2.3",  "1..3",   "01.2.3", "1.2.3-rc", "1.2.x",
                                       "1.2.3+b", " 1.2.3", ".1.2.3"};

    (void)state;
    assert_true(semver_is_plain(SPAN("1.34.0")));
    assert_true(semver_is_plain(SPAN("0.10.2")));
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (semver_is_plain(span_str(none[i])))
            fail_msg("'%s' is taken for one", none[i]);
}

// Ascending, as section 11 has them.
static void test_semver_compare__precedence(void **state)
{
    static const char *const sorted[] = {
        "0.9.9",        "1.0.0-1",       "1.0.0-2",          "1.0.0-11",
        "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
        "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0",
        "1.0.1",        "1.2.0",         "1.10.0",           "2.0.0"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
        for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
            struct semver a, b;
            int order, want = (i > j) - (i < j);

            assert_true(semver_parse(span_str(sorted[i]), &a));
            assert_true(semver_parse(span_str(sorted[j]), &b));
            order = semver_compare(&a, &b);
            if ((order > 0) - (order < 0) != want)
                fail_msg("%s and %s compare as %d", sorted[i], sorted[j], order);
        }
    }
}

static void test_semver_compare__build_does_not_count(void **state)
{
    struct semver a, b;

    (void)state;
    assert_true(semver_parse(SPAN("v1.2.3+a"), &a));
    assert_true(semver_parse(SPAN("1.2.3+b"), &b));
    assert_int_equal(semver_compare(&a, &b), 0);
}

UNIT_MAIN(UNIT(test_semver_parse__parts), UNIT(test_semver_parse__what_is_none),
          UNIT(test_semver_is_exact__all_three_numbers),
          UNIT(test_semver_is_plain__three_numbers_and_nothing_else),
          UNIT(test_semver_compare__precedence), UNIT(test_semver_compare__build_does_not_count))
