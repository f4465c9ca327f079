// SPDX-License-Identifier: Apache-2.0
// work/artifacts: which packages the values of an umbrella have, and where they come from.
#include "unit.h"

#include "support_object.h"
#include "work/artifacts/umbrella.h"

static void expect_on(const char *package, bool on)
{
    assert_int_equal(umbrella_is_on(object(package)), on);
}

static void test_umbrella_is_on__source_and_switch(void **state)
{
    (void)state;
    expect_on("{git: {repo: u}, enabled: true}", true);
    expect_on("{helmRepo: {chartName: c}, enabled: true}", true);
    expect_on("{git: {repo: u}}", true);
    expect_on("{git: {repo: u}, enabled: auto}", true);
    expect_on("{git: {repo: u}, enabled: false}", false);
    expect_on("{git: {repo: u}, enabled: null}", false);
    expect_on("{git: {path: x}, enabled: true}", false); // no source
    expect_on("[git]", false);
    assert_true(umbrella_is_package(object("{git: {repo: u}, enabled: false}")));
}

static void test_umbrella_is_assumed__nothing_turns_it_on(void **state)
{
    const struct node *values = object("{packages: {a: {git: {repo: u}, enabled: false}}}");
    const struct node *with_one = object("{packages: {a: {git: {repo: u}}}}");
    const struct node *wrapper = object("{git: {repo: u}}");

    (void)state;
    assert_true(umbrella_is_assumed(values, wrapper));
    assert_true(umbrella_is_assumed(object("{}"), wrapper));
    assert_false(umbrella_is_assumed(with_one, wrapper));
    assert_false(umbrella_is_assumed(values, object("{git: {repo: u}, enabled: true}")));
}

static void expect_git_ref(const char *package, const char *expected)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();

    assert_string_equal(umbrella_git_ref(arena, object(package)), expected);
}

static void test_umbrella_git_ref__the_first_field_counts(void **state)
{
    (void)state;
    expect_git_ref("{git: {branch: b, tag: t, commit: c}}", "commit/c");
    expect_git_ref("{git: {branch: b, tag: 1.5}}", "tag/1.5");
    expect_git_ref("{git: {branch: b}}", "branch/b");
    expect_git_ref("{git: {repo: u}}", "");
}

static void expect_repository(const char *package, const char *url)
{
    const struct node *values = object("helmRepositories: [{name: a, repository: 'https://a'}, "
                                       "{name: b, repository: 'oci://r/charts'}]");

    assert_true(span_is(umbrella_repository(values, object(package)), url));
}

static void test_umbrella_repository__by_its_name(void **state)
{
    (void)state;
    assert_true(umbrella_is_from_repository(object("{sourceType: helmRepo}")));
    assert_false(umbrella_is_from_repository(object("{sourceType: git}")));
    expect_repository("{helmRepo: {repoName: a}}", "https://a");
    expect_repository("{helmRepo: {repoName: b}}", "oci://r/charts");
    expect_repository("{helmRepo: {repoName: z}}", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_umbrella_is_on__source_and_switch),
        cmocka_unit_test(test_umbrella_is_assumed__nothing_turns_it_on),
        cmocka_unit_test(test_umbrella_git_ref__the_first_field_counts),
        cmocka_unit_test(test_umbrella_repository__by_its_name),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
