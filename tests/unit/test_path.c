// SPDX-License-Identifier: Apache-2.0
// base/path
#include "unit.h"

#include "base/mem.h"
#include "base/path.h"

static void check(char *got, const char *want)
{
    assert_string_equal(got, want);
    free(got);
}

static void test_path__clean(void **state)
{
    (void)state;
    check(path_clean(""), ".");
    check(path_clean("a//b/./c/.."), "a/b");
    check(path_clean("/../a"), "/a");
    check(path_clean("../../a/.."), "../..");
    check(path_clean("a/../.."), "..");
    check(path_clean("/"), "/");
    check(path_clean("a/"), "a");
    check(path_clean("..a/...."), "..a/....");
}

static void test_path__join_and_parts(void **state)
{
    (void)state;
    check(path_join("clusters/sandbox", "../../platform"), "platform");
    check(path_join("", "x"), "x");
    check(path_join("/a", "/b"), "/b");
    check(path_dir("a/b"), "a");
    check(path_dir("a"), ".");
    check(path_dir("/a"), "/");
    assert_string_equal(path_base("a/b.yaml"), "b.yaml");
}

static void test_path__within(void **state)
{
    (void)state;
    assert_true(path_within("/a", "/a"));
    assert_true(path_within("/a", "/a/b"));
    assert_false(path_within("/a", "/ab"));
    assert_true(path_within(".", "x"));
    assert_false(path_within(".", "../x"));
    assert_true(path_within(".", "..x"));
    assert_true(path_within("/", "/x"));
}

static void test_path__relative(void **state)
{
    (void)state;
    check(path_relative("/a/b", "/a/c/d"), "../c/d");
    check(path_relative("/a", "/a"), ".");
    check(path_relative(".", "x/y"), "x/y");
    check(path_relative("x/y", "."), "../..");
}

UNIT_MAIN(UNIT(test_path__clean), UNIT(test_path__join_and_parts), UNIT(test_path__within),
          UNIT(test_path__relative))
