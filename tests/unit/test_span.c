// SPDX-License-Identifier: Apache-2.0
// base/span
#include "unit.h"

#include "base/span.h"

static void test_span__next_gives_each_piece(void **state)
{
    struct span rest = SPAN("a,,b"), piece;
    const char *want[] = {"a", "", "b"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(span_next(&rest, ',', &piece));
        assert_true(span_is(piece, want[i]));
    }
    assert_false(span_next(&rest, ',', &piece));
}

static void test_span__separator_at_the_end_adds_no_piece(void **state)
{
    struct span rest = SPAN("one\n"), piece;

    (void)state;
    assert_true(span_next(&rest, '\n', &piece));
    assert_true(span_is(piece, "one"));
    assert_false(span_next(&rest, '\n', &piece));
    rest = SPAN_EMPTY;
    assert_false(span_next(&rest, '\n', &piece));
}

static void test_span__numbers_are_strict(void **state)
{
    uint64_t u;
    int64_t i;

    (void)state;
    assert_true(span_u64(SPAN("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_false(span_u64(SPAN("18446744073709551616"), &u));
    assert_false(span_u64(SPAN(""), &u));
    assert_false(span_u64(SPAN("1 "), &u));
    assert_false(span_u64(SPAN("+1"), &u));
    assert_true(span_i64(SPAN("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
    assert_false(span_i64(SPAN("9223372036854775808"), &i));
    assert_false(span_i64(SPAN("-"), &i));
}

static void test_span__compares_prefix_first(void **state)
{
    (void)state;
    assert_true(span_cmp(SPAN("ab"), SPAN("abc")) < 0);
    assert_true(span_cmp(SPAN("b"), SPAN("abc")) > 0);
    assert_int_equal(span_cmp(SPAN("x"), SPAN("x")), 0);
    assert_int_equal(span_cmp(SPAN_EMPTY, SPAN_EMPTY), 0);
}

static void test_span__trim_and_cut(void **state)
{
    struct span before, after;

    (void)state;
    assert_true(span_is(span_trim(SPAN(" \t x y\n")), "x y"));
    assert_int_equal(span_trim(SPAN("  ")).len, 0);
    assert_true(span_cut(SPAN("k=v=w"), '=', &before, &after));
    assert_true(span_is(before, "k"));
    assert_true(span_is(after, "v=w"));
    assert_false(span_cut(SPAN("none"), '=', &before, &after));
}

static void test_span__unhex_takes_lower_case_of_the_right_length(void **state)
{
    unsigned char out[2];

    (void)state;
    assert_true(span_unhex(SPAN("0aff"), out, 2));
    assert_int_equal(out[0], 0x0a);
    assert_int_equal(out[1], 0xff);
    assert_false(span_unhex(SPAN("0AFF"), out, 2));
    assert_false(span_unhex(SPAN("0af"), out, 2));
    assert_false(span_unhex(SPAN("0afg"), out, 2));
}

static void test_span__search_finds_the_first(void **state)
{
    (void)state;
    assert_int_equal(span_search(SPAN("aXbX"), SPAN("X")), 1);
    assert_int_equal(span_search(SPAN("ab"), SPAN("X")), 2);
    assert_int_equal(span_rfind(SPAN("a/b/c"), '/'), 3);
}

UNIT_MAIN(UNIT(test_span__next_gives_each_piece),
          UNIT(test_span__separator_at_the_end_adds_no_piece), UNIT(test_span__numbers_are_strict),
          UNIT(test_span__compares_prefix_first), UNIT(test_span__trim_and_cut),
          UNIT(test_span__unhex_takes_lower_case_of_the_right_length),
          UNIT(test_span__search_finds_the_first))
