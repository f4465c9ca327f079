// SPDX-License-Identifier: Apache-2.0
// base/semver_range: what is in a range, and what is none. All expectations are the answers of
// Masterminds/semver 3.5.0.
#include "unit.h"

#include "base/semver_range.h"

static const char *const versions[] = {
    "0.0.0", "0.0.3", "0.0.4", "0.2.3", "0.2.9",      "0.3.0",        "1.2.0",       "1.2.2",
    "1.2.3", "1.2.9", "1.3.0", "2.0.0", "1.2.3-rc.1", "1.20.0-gke.1", "1.21.4+k3s1",
};

static void test_semver_range_has__as_masterminds(void **state)
{
    static const struct {
        const char *range, *has; // one "+" or "." for each version
    } cases[] = {
        {"1.2.3", "........+......"},
        {"=1.2", "......++++....."},
        {"1.2", "......++++....."},
        {"1.x", "......+++++...+"},
        {"*", "++++++++++++..+"},
        {"~1.2", "......++++....."},
        {"~1", "......+++++...+"},
        {"~>1.2.3", "........++....."},
        {"~0.0.0", "++++++++++++..+"},
        {"^1.2", "......+++++...+"},
        {"^0.2.3", "...++.........."},
        {"^0.0.3", ".+............."},
        {"^0.0", "+++............"},
        {"^0", "++++++........."},
        {"^*", "+.............."},
        {"~*", "++++++++++++..+"},
        {"!=1.2", "++++++....++..+"},
        {"!=1.2.3", "++++++++.+++..+"},
        {"!=*", ".+++++++++++..+"},
        {"!=1.2-rc.1", "++++++++++++.++"},
        {">1.2", "..........++..+"},
        {">*", ".+++++++++++..+"},
        {"<=1.2", "++++++++++....."},
        {"<=*", "+++............"},
        {"=<1.2.3", "+++++++++......"},
        {">=1.19", "...........+..+"},
        {">=1.19-0", "...........+.++"},
        {"=>1.2.3", "........++++..+"},
        {"<1.3", "++++++++++....."},
        {">=1.2.3-0 <2", "........+++.+++"},
        {"1.2 - 1.3", "......+++++...."},
        {"1.2.3-0 - 2 || 0.3", ".....+..+++++++"},
        {"< 1 , >0.2", ".....+........."},
        {"^v1.2.x", "......+++++...+"},
        {"1.2.3-rc.1+b", "............+.."},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct semver_range *range CLEANUP(semver_range_cleanup) =
            semver_range_parse(span_str(cases[i].range), &err);
        char has[ARRAY_LEN(versions) + 1] = {0};

        assert_non_null(range);
        for (size_t j = 0; j < ARRAY_LEN(versions); j++) {
            struct semver v;

            assert_true(semver_parse(span_str(versions[j]), &v));
            has[j] = semver_range_has(range, &v) ? '+' : '.';
        }
        if (strcmp(has, cases[i].has) != 0)
            fail_msg("%s has %s, not %s", cases[i].range, has, cases[i].has);
    }
}

static void test_semver_range_parse__what_is_none(void **state)
{
    static const struct {
        const char *range, *message;
    } cases[] = {
        {"", "improper constraint: \"\""},
        {"  ", "improper constraint: \"  \""},
        {"1.2.3.4", "improper constraint: \"1.2.3.4\""},
        {"latest", "improper constraint: \"latest\""},
        {">", "improper constraint: \">\""},
        {"1.2,", "improper constraint: \"1.2,\""},
        {",1.2", "improper constraint: \",1.2\""},
        {"1.2,,1.3", "improper constraint: \"1.2,,1.3\""},
        {"1 ||", "improper constraint: \"\""},
        {"|| 1", "improper constraint: \"\""},
        {"1 || x!", "improper constraint: \" x!\""},
        {">=1.2.3-", "improper constraint: \">=1.2.3-\""},
        {"1.2 - ", "improper constraint: \"1.2 - \""},
        {"=1.2 - 1.3", "improper constraint: \"=>= 1.2, <= 1.3 \""},
        {"1.2 -1.3", "improper constraint: \"1.2 -1.3\""},
        {"V1.2", "improper constraint: \"V1.2\""},
        {"1x", "constraint parser error"},
        {"1|2", "constraint parser error"},
        {">=1.2.3-01", "constraint parser error"},
        {"18446744073709551616", "constraint parser error"},
        {"> =1.2", "improper constraint: \"> =1.2\""},
        {"1.2 - 1.3 - 1.4", "improper constraint: \">= 1.2, <= 1.3 - 1.4\""},
        {">1.2 - 1.4", "improper constraint: \">>= 1.2, <= 1.4 \""},
        {"1.2.3.4 - 5", "improper constraint: \"1.>= 2.3.4, <= 5 \""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_null(semver_range_parse(span_str(cases[i].range), &err));
        assert_string_equal(err_message(err), cases[i].message);
    }
}

static void test_semver_range_parse__limits(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct semver_range *range CLEANUP(semver_range_cleanup) = NULL;

    (void)state;
    for (size_t i = 1; i < SEMVER_RANGE_MAX_GROUPS; i++)
        buf_add_str(&text, "1||");
    buf_add_str(&text, "2");
    range = semver_range_parse(buf_span(&text), &err);
    assert_non_null(range);
    buf_add_str(&text, "||3");
    assert_null(semver_range_parse(buf_span(&text), &err));
    assert_string_equal(err_message(err), "too many constraint groups (max 32)");
    err_clear(&err);
    buf_add_repeat(&text, ' ', SEMVER_RANGE_MAX_BYTES);
    assert_null(semver_range_parse(buf_span(&text), &err));
    assert_string_equal(err_message(err), "constraint string is too long (max 512 bytes)");
}

UNIT_MAIN(UNIT(test_semver_range_has__as_masterminds), UNIT(test_semver_range_parse__what_is_none),
          UNIT(test_semver_range_parse__limits))
