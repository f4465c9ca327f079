// SPDX-License-Identifier: Apache-2.0
// base/rune: Go's unicode (15.0). The sums over all runes were taken with Go.
#include "unit.h"

#include "base/compiler.h"
#include "base/rune.h"

static void test_rune_next__bad_bytes_are_one_long(void **state)
{
    static const uint32_t runes[] = {'a', 0xe9, RUNE_BAD, RUNE_BAD, 0x1f600, RUNE_BAD};
    struct span text = SPAN("a\xc3\xa9\xe2\x82\xf0\x9f\x98\x80\xff");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(runes); i++)
        assert_int_equal(rune_next(&text), runes[i]);
    assert_int_equal(text.len, 0);
}

static uint64_t count(bool (*is)(uint32_t))
{
    uint64_t sum = 0;

    for (uint32_t rune = 0; rune <= 0x10ffff; rune++)
        sum += is(rune) ? rune : 0;
    return sum;
}

static void test_rune_is__as_go(void **state)
{
    (void)state;
    assert_int_equal(count(rune_is_letter), UINT64_C(14773782966));
    assert_int_equal(count(rune_is_digit), UINT64_C(32783620));
    assert_int_equal(count(rune_is_upper), UINT64_C(85228200));
    assert_int_equal(count(rune_is_lower), UINT64_C(103102186));
    assert_int_equal(count(rune_is_space), UINT64_C(141586));
}

static uint64_t sum(uint32_t (*to)(uint32_t))
{
    uint64_t hash = 0;

    for (uint32_t rune = 0; rune <= 0x10ffff; rune++)
        hash = hash * 31 + to(rune);
    return hash;
}

static void test_rune_cases__as_go(void **state)
{
    (void)state;
    assert_int_equal(rune_upper(0xff), 0x178);
    assert_int_equal(rune_upper(0xdf), 0xdf);
    assert_int_equal(rune_title(0x1c6), 0x1c5);
    assert_int_equal(sum(rune_upper), UINT64_C(6588865143157233593));
    assert_int_equal(sum(rune_lower), UINT64_C(6667803932044710544));
    assert_int_equal(sum(rune_title), UINT64_C(357148874356802809));
}

UNIT_MAIN(UNIT(test_rune_next__bad_bytes_are_one_long), UNIT(test_rune_is__as_go),
          UNIT(test_rune_cases__as_go))
