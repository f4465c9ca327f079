// SPDX-License-Identifier: Apache-2.0
// io/regex: Go's dialect, what it lacks, and the limit of steps.
#include "unit.h"

#include "base/buf.h"
#include "io/regex.h"

// 1 or 0 for a match, -1 when the pattern is refused.
static int match(const char *pattern, unsigned flags, const char *text)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct regex *re CLEANUP(regex_cleanup) = regex_new(span_str(pattern), flags, &err);
    bool matched;

    if (!re) {
        assert_int_equal(err_kind(err), ERR_CONFIG);
        return -1;
    }
    assert_int_equal(regex_match(re, span_str(text), &matched, &err), 0);
    return matched;
}

static void test_regex__finds_a_match_anywhere(void **state)
{
    (void)state;
    assert_int_equal(match("b+", 0, "abbc"), 1);
    assert_int_equal(match("^b", 0, "abbc"), 0);
    assert_int_equal(match("", 0, "anything"), 1);
}

static void test_regex__anchored_matches_the_whole_text(void **state)
{
    (void)state;
    assert_int_equal(match("web|db", REGEX_ANCHORED, "web"), 1);
    assert_int_equal(match("web|db", REGEX_ANCHORED, "webserver"), 0);
    assert_int_equal(match("web.*", REGEX_ANCHORED, "webserver"), 1);
    assert_int_equal(match("web", REGEX_ANCHORED, "web\n"), 0);
}

static void test_regex__means_what_go_means(void **state)
{
    (void)state;
    assert_int_equal(match("a$", 0, "a\n"), 0);   // not before a last newline
    assert_int_equal(match("^\\s$", 0, "\v"), 0); // a vertical tab is no space
    assert_int_equal(match("^[\\s]$", 0, "\v"), 0);
    assert_int_equal(match("^[^\\S]$", 0, " "), 1);
    assert_int_equal(match("^\\v$", 0, "\v"), 1); // and \v nothing but that
    assert_int_equal(match("^\\v$", 0, "\n"), 0);
    assert_int_equal(match("^\\d$", 0, "\xd9\xa1"), 0); // ASCII digits only
    assert_int_equal(match("(?i)\xc3\x89", 0, "\xc3\xa9"), 1);
    assert_int_equal(match("^{,2}$", 0, "{,2}"), 1);
    assert_int_equal(match("^[[]$", 0, "["), 1);
    assert_int_equal(match("^\\Qa.b\\E$", 0, "axb"), 0);
    assert_int_equal(match("^\\12$", 0, "\n"), 1); // octal
    assert_int_equal(match("^\\p{Greek}$", 0, "\xce\xb1"), 1);
    assert_int_equal(match("x^*", 0, "x"), 1);
}

static void test_regex__refuses_what_go_lacks(void **state)
{
    static const char *const patterns[] = {
        "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "a*+",     "a**",   "(?>a)", "(?P=n)",
        "(?R)",  "(?#c)", "\\K",    "\\h",    "\\Z",    "(*FAIL)", "(?x)a", "\\C",   "[\\b]"};

    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
        if (match(patterns[i], 0, "a") != -1)
            fail_msg("%s was taken", patterns[i]);
}

static void test_regex__refuses_malformed_patterns(void **state)
{
    static const char *const patterns[] = {"(",       "[a",        "*a", "a{2,1}", "a{1001}", "\\",
                                           "\\x{zz}", "\\p{Nope}", "a)", "[b-a]",  "(?<n",    "|*"};

    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
        if (match(patterns[i], 0, "a") != -1)
            fail_msg("%s was taken", patterns[i]);
}

static void test_regex__names_the_pattern_and_the_reason(void **state)
{
    // Go's messages, each behind its pattern.
    static const char *const cases[][2] = {
        {"(web)\\1", "invalid escape sequence: `\\1`"},
        {"a\\", "trailing backslash at end of expression: ``"},
        {"\\x{zz}", "invalid escape sequence: `\\x{z`"},
        {"x(a", "missing closing ): `x(a`"},
        {"a)b", "unexpected ): `a)b`"},
        {"x[a", "missing closing ]: `[a`"},
        {"[z-a]", "invalid character class range: `z-a`"},
        {"[a-\\d]", "invalid escape sequence: `\\d`"},
        {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
        {"\\p{Nope}+", "invalid character class range: `\\p{Nope}`"},
        {"a**b", "invalid nested repetition operator: `**`"},
        {"a{2}{3}", "invalid nested repetition operator: `{2}{3}`"},
        {"(*a)", "missing argument to repetition operator: `*`"},
        {"a{1001}", "invalid repeat count: `{1001}`"},
        {"(a{100}){11}", "invalid repeat count: `{11}`"},
        {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
        {"(?<!a)", "invalid named capture: `(?<!a)`"},
        {"(?P<a-b>c)", "invalid named capture: `(?P<a-b>`"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_null(regex_new(span_str(cases[i][0]), 0, &err));
        assert_non_null(strstr(err_message(err), cases[i][0]));
        assert_non_null(err_hint_text(err));
        assert_string_equal(err_message(err_cause(err)), cases[i][1]);
    }
}

static void test_regex_find__groups(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct regex *re CLEANUP(regex_cleanup) = regex_new(SPAN("(?P<1st>a|ab)(c|bcd)?(x)?"), 0, &err);
    size_t at[10];
    bool matched;

    (void)state;
    assert_non_null(re);
    assert_int_equal(regex_groups(re), 3);
    assert_int_equal(regex_group(re, SPAN("1st")), 1);
    assert_int_equal(regex_group(re, SPAN("2nd")), -1);
    assert_int_equal(regex_find(re, SPAN("-abcd"), 0, at, 5, &matched, &err), 0);
    assert_true(matched);
    assert_true(at[0] == 1 && at[1] == 5 && at[2] == 1 && at[3] == 2 && at[4] == 2 && at[5] == 5);
    for (size_t i = 6; i < ARRAY_LEN(at); i++)
        assert_true(at[i] == REGEX_NOWHERE);
    assert_int_equal(regex_find(re, SPAN("-abcd"), 2, at, 1, &matched, &err), 0);
    assert_false(matched);
}

static void test_regex__stops_at_the_limit_of_steps(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct regex *re CLEANUP(regex_cleanup) = regex_new(SPAN("^(?:(?:a|b|ab)*)*[cd]$"), 0, &err);
    char text[200];
    bool matched = true;

    (void)state;
    assert_non_null(re);
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 2 ? 'b' : 'a';
    assert_int_equal(regex_match(re, span_of(text, sizeof(text)), &matched, &err), -1);
    assert_false(matched);
    assert_int_equal(err_kind(err), ERR_CONFIG);
}

static void test_regex__takes_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    assert_int_equal(match("^a", 0, "a\xff"), 1);
}

UNIT_MAIN(UNIT(test_regex__finds_a_match_anywhere),
          UNIT(test_regex__anchored_matches_the_whole_text), UNIT(test_regex__means_what_go_means),
          UNIT(test_regex__refuses_what_go_lacks), UNIT(test_regex__refuses_malformed_patterns),
          UNIT(test_regex__names_the_pattern_and_the_reason), UNIT(test_regex_find__groups),
          UNIT(test_regex__stops_at_the_limit_of_steps),
          UNIT(test_regex__takes_bytes_that_are_not_utf8))
