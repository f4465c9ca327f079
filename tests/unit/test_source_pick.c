// SPDX-License-Identifier: Apache-2.0
// controller/source: which version a range means. Expectations are the answers of
// fluxcd/pkg/version and source-controller (tests/differential/flux/source).
#include "unit.h"

#include "controller/source.h"

#define ALL(...) ((const char *const[]){__VA_ARGS__, NULL})

static size_t list(const char *const *texts, struct span *out)
{
    size_t count = 0;

    for (; texts[count]; count++)
        out[count] = span_str(texts[count]);
    return count;
}

static void expect(const struct source_wanted *wanted, const char *const *versions,
                   const char *expected)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span texts[16];
    size_t count = list(versions, texts), picked = 99;

    if (source_pick(wanted, texts, count, &picked, &err) < 0)
        fail_msg("'%.*s': no version", SPAN_ARG(wanted->range));
    assert_string_equal(versions[picked], expected);
}

static void refuse(const struct source_wanted *wanted, const char *const *versions,
                   enum err_kind kind, const char *words)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span texts[16];
    size_t count = list(versions, texts), picked;

    assert_int_equal(source_pick(wanted, texts, count, &picked, &err), -1);
    assert_err(err, kind, words);
}

static void test_source_pick__newest_in_the_range(void **state)
{
    struct source_wanted w = {.range = SPAN(">=1.0.0 <2.0.0")};

    (void)state;
    expect(&w, ALL("1.0.0", "1.10.0", "1.9.0", "2.0.0"), "1.10.0");
    expect(&w, ALL("v1.0.0", "latest", "1.2", "release-1.5.0"), "v1.0.0");
    expect(&w, ALL("1.5.0-rc.1", "1.4.0"), "1.4.0");
    expect(&w, ALL("1.5.0+b", "1.5.0+c", "1.5.0"), "1.5.0+b");
    w.range = SPAN(">=1.0.0-0");
    expect(&w, ALL("1.5.0-rc.1", "1.4.0", "1.5.0-rc.10", "1.5.0-rc.9"), "1.5.0-rc.10");
    w.range = SPAN("*");
    expect(&w, ALL("3.0.0-a", "2024.01.05", "1.0.0"), "2024.01.05");
}

static void test_source_pick__filter_of_tags(void **state)
{
    struct source_wanted w = {.range = SPAN(">=0-0"), .filter = SPAN(".*-rc.*")};

    (void)state;
    expect(&w, ALL("1.0.0", "1.0.0-rc.1", "0.9.0-rc.7"), "1.0.0-rc.1");
    w.filter = SPAN("^0");
    expect(&w, ALL("1.0.0", "1.0.0-rc.1", "0.9.0-rc.7"), "0.9.0-rc.7");
    w.filter = SPAN("(");
    refuse(&w, ALL("1.0.0"), ERR_CONFIG, "semverFilter");
    w.filter = SPAN("nothing");
    refuse(&w, ALL("1.0.0"), ERR_SOURCE, "matches semverFilter");
}

static void test_source_pick__charts(void **state)
{
    struct source_wanted w = {.range = SPAN_EMPTY, .is_chart = true};

    (void)state;
    expect(&w, ALL("1.0.0", "1.1.0", "2.0.0-alpha"), "1.1.0");
    w.range = SPAN("1.2");
    expect(&w, ALL("1.2.9", "1.2"), "1.2"); // what is written like it
    expect(&w, ALL("1.2.9", "1.3.0"), "1.2.9");
    w.range = SPAN("v1.2.3");
    expect(&w, ALL("1.2.3", "1.2.4"), "1.2.3");
}

static void test_source_pick__tags_of_charts(void **state)
{
    struct source_wanted w = {.range = SPAN(">=1.0.0"), .is_chart = true, .is_chart_tag = true};

    (void)state;
    expect(&w, ALL("1.0.0_up1", "0.9.0"), "1.0.0_up1");
    expect(&w, ALL("v9.0.0", "1.0.0", "08.0.0", "9.0", "1.0.1-0.beta"), "1.0.0"); // Helm is strict
    w.is_chart = false; // an OCIRepository is not
    expect(&w, ALL("v9.0.0", "1.0.0"), "v9.0.0");
    w.is_chart_tag = false;
    expect(&w, ALL("2.0.0_up1", "1.0.0"), "1.0.0");
}

static void test_source_pick__what_is_none(void **state)
{
    struct source_wanted w = {.range = SPAN("a b")};

    (void)state;
    refuse(&w, ALL("1.0.0"), ERR_CONFIG, "is no range of versions");
    w.range = SPAN(">=3");
    refuse(&w, ALL("1.0.0", "2.0.0"), ERR_SOURCE, "no version of 2 is in the range '>=3'");
    refuse(&w, ALL("latest"), ERR_SOURCE, "no version of 1");
    assert_true(source_is_version(SPAN("1.2.3")) && source_is_version(SPAN("v01.2.3-a+b")));
    assert_false(source_is_version(SPAN("1.2")) || source_is_version(SPAN("^1.2.3")) ||
                 source_is_version(SPAN("1.2.x")));
}

UNIT_MAIN(UNIT(test_source_pick__newest_in_the_range), UNIT(test_source_pick__filter_of_tags),
          UNIT(test_source_pick__charts), UNIT(test_source_pick__tags_of_charts),
          UNIT(test_source_pick__what_is_none))
