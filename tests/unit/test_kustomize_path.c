// SPDX-License-Identifier: Apache-2.0
// model/kustomize/field/path: as PathSplitter and SmarterPathSplitter of kyaml v0.21.1.
// kustomize 5.8.1.
#include "unit.h"

#include "model/kustomize/field/path.h"

static void expect(const char *path, char delimiter, bool brackets, const char *const *parts)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct path_parts got = path_split(arena, span_str(path), delimiter, brackets);
    size_t len = 0;

    for (; parts[len]; len++) {
        assert_true(len < got.len);
        assert_true(span_is(got.items[len], parts[len]));
    }
    assert_int_equal(got.len, len);
}

static void test_path_split__at_delimiters(void **state)
{
    (void)state;
    expect("spec/template/spec", '/', false, (const char *[]){"spec", "template", "spec", NULL});
    expect("/metadata/name", '/', false, (const char *[]){"metadata", "name", NULL});
    expect("a..b", '.', false, (const char *[]){"a", "", "b", NULL});
}

static void test_path_split__a_backslash_keeps_the_delimiter(void **state)
{
    (void)state;
    expect("metadata/annotations/example.com\\/role", '/', false,
           (const char *[]){"metadata", "annotations", "example.com/role", NULL});
}

static void test_path_split__brackets_keep_it_too(void **state)
{
    (void)state;
    expect("containers.[name=a.b].image", '.', true,
           (const char *[]){"containers", "[name=a.b]", "image", NULL});
    expect("annotations.[example.com/role]", '.', true,
           (const char *[]){"annotations", "example.com/role", NULL});
    expect("containers.[name=a.b].image", '.', false,
           (const char *[]){"containers", "[name=a", "b]", "image", NULL});
}

UNIT_MAIN(UNIT(test_path_split__at_delimiters),
          UNIT(test_path_split__a_backslash_keeps_the_delimiter),
          UNIT(test_path_split__brackets_keep_it_too))
