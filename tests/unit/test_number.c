// SPDX-License-Identifier: Apache-2.0
// base/number. What is expected came from Go 1.26's strconv.FormatFloat.
#include "unit.h"

#include <math.h>

#include "base/number.h"

static void assert_added(double value, char form, int precision, const char *text)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    number_add(&out, value, form, precision);
    assert_string_equal(buf_str(&out), text);
}

static void test_shortest__is_what_go_prints(void **state)
{
    static const struct {
        double value;
        const char *g, *f;
    } cases[] = {
        {0, "0", "0"},
        {-0.0, "-0", "-0"},
        {123456, "123456", "123456"},
        {1000000, "1e+06", "1000000"},
        {123456789, "1.23456789e+08", "123456789"},
        {0.0001, "0.0001", "0.0001"},
        {0.00001, "1e-05", "0.00001"},
        {0.1, "0.1", "0.1"},
        {1.0 / 3, "0.3333333333333333", "0.3333333333333333"},
        {9007199254740993.0, "9.007199254740992e+15", "9007199254740992"},
        {1e21, "1e+21", "1000000000000000000000"},
        {5e-324, "5e-324", NULL},
        // Powers of two: the nearest number of 16 digits does not read back, the one above does.
        {0x1p-24, "5.960464477539063e-08", "0.00000005960464477539063"},
        {0x1p-44, "5.684341886080802e-14", "0.00000000000005684341886080802"},
        {INFINITY, "+Inf", "+Inf"},
        {-INFINITY, "-Inf", "-Inf"},
        {NAN, "NaN", "NaN"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_added(cases[i].value, 'g', -1, cases[i].g);
        if (cases[i].f)
            assert_added(cases[i].value, 'f', -1, cases[i].f);
    }
}

static void test_single__has_the_digits_of_32_bits(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{1.10, "1.1"},
                 {16777216, "1.6777216e+07"},
                 {1.25, "1.25"},
                 {1e-45, "1e-45"},
                 {0.30000001, "0.3"}};
    char out[NUMBER_BYTES_MAX];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        number_format(cases[i].value, true, 'g', out);
        assert_string_equal(out, cases[i].text);
    }
}

static void test_precision__rounds_half_to_even(void **state)
{
    (void)state;
    assert_added(2.5, 'f', 0, "2");
    assert_added(1234.5678, 'e', 3, "1.235e+03");
    assert_added(1234.5678, 'G', 2, "1.2E+03");
    assert_added(100, 'g', 10, "100");
    assert_added(1.5, 'f', 30, "1.500000000000000000000000000000");
    assert_added(1e-7, 'E', -1, "1E-07");
}

static void test_other_bases__have_a_power_of_two(void **state)
{
    (void)state;
    assert_added(1, 'b', -1, "4503599627370496p-52");
    assert_added(-0.1, 'x', -1, "-0x1.999999999999ap-04");
    assert_added(0.1, 'X', 3, "0X1.99AP-04");
    assert_added(1.9999, 'x', 1, "0x1.0p+01");
    assert_added(5e-324, 'x', -1, "0x1p-1074");
    assert_added(0, 'x', 2, "0x0.00p+00");
}

UNIT_MAIN(UNIT(test_shortest__is_what_go_prints), UNIT(test_single__has_the_digits_of_32_bits),
          UNIT(test_precision__rounds_half_to_even), UNIT(test_other_bases__have_a_power_of_two))
