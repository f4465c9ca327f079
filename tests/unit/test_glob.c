// SPDX-License-Identifier: Apache-2.0
// base/glob: what Go's path.Match and gobwas/glob make of the same patterns and texts.
#include "unit.h"

#include "base/glob.h"

struct glob_case {
    const char *pattern, *text;
    bool path, tree; // whether it matches in that dialect
};

static void test_glob__both_dialects(void **state)
{
    static const struct glob_case cases[] = {
        {"", "", true, true},
        {"*.yaml", "a.yaml", true, true},
        {"*.yaml", "a/b.yaml", false, false},
        {"**.yaml", "a/b.yaml", false, true},
        {"a/*/c", "a/b/c", true, true},
        {"a/**", "a/b/c", false, true},
        {"*a*b*c", "xaybzc", true, true},
        {"*a*b*c", "xaybz", false, false},
        {"?", "/", false, false},
        {"?", "\xc3\xa9", true, true},
        {"[a-c]x", "bx", true, true},
        {"[!a]", "b", false, true},
        {"[!a]", "!", true, true},
        {"[^a]", "b", true, false},
        {"\\*", "*", true, true},
        {"\\*", "a", false, false},
        {"a*", "", false, false},
        {"*a", "", false, false},
        {"a*c", "abd", false, false},
        {"*\\a", "ba", true, true},
        {"\\ab", "ab", true, true},
        {"{a,b}", "b", false, true},
        {"{a,b}", "{a,b}", true, false},
        {"*.{yaml,y?l}", "x.yml", false, true},
        {"x{a/*,{b,c}d}", "xcd", false, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct glob_case *c = &cases[i];
        struct span pattern = span_str(c->pattern), text = span_str(c->text);

        assert_int_equal(glob_match(pattern, text, GLOB_PATH), c->path);
        assert_int_equal(glob_match(pattern, text, GLOB_TREE), c->tree);
    }
}

static void test_glob__malformed_ones(void **state)
{
    static const char *const both[] = {"[", "[]", "[a", "x[a-]"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(both); i++)
        assert_false(glob_is_valid(span_str(both[i]), GLOB_PATH));
    assert_false(glob_is_valid(SPAN("[]"), GLOB_TREE));
    assert_false(glob_is_valid(SPAN("[c-a]"), GLOB_TREE));
    assert_false(glob_is_valid(SPAN("[a-bc]"), GLOB_TREE));
    assert_false(glob_is_valid(SPAN("a\\"), GLOB_PATH));
    assert_false(glob_match(SPAN("[a"), SPAN("a"), GLOB_PATH));
    assert_true(glob_is_valid(SPAN("{a"), GLOB_TREE));
}

// No pattern makes it try all ways to cut a text.
static void test_glob__time_is_bounded(void **state)
{
    struct buf pattern CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    for (int i = 0; i < 60; i++)
        buf_add_str(&pattern, "*a");
    buf_add_str(&pattern, "b");
    buf_add_repeat(&text, 'a', 2000);
    assert_false(glob_match(buf_span(&pattern), buf_span(&text), GLOB_PATH));
    assert_false(glob_match(buf_span(&pattern), buf_span(&text), GLOB_TREE));
}

UNIT_MAIN(UNIT(test_glob__both_dialects), UNIT(test_glob__malformed_ones),
          UNIT(test_glob__time_is_bounded))
