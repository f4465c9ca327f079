// SPDX-License-Identifier: Apache-2.0
// base/number_read: what Go's strconv makes of these texts.
#include "unit.h"

#include <math.h>

#include "base/compiler.h"
#include "base/number_read.h"

static void test_number_read_int__as_go(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
        enum number_read read;
    } rows[] = {
        {"", INT64_C(0), NUMBER_SYNTAX},
        {"0", INT64_C(0), NUMBER_READ},
        {"-0", INT64_C(0), NUMBER_READ},
        {"+7", INT64_C(7), NUMBER_READ},
        {"-", INT64_C(0), NUMBER_SYNTAX},
        {"08", INT64_C(0), NUMBER_SYNTAX},
        {"0o17", INT64_C(15), NUMBER_READ},
        {"017", INT64_C(15), NUMBER_READ},
        {"0x1F", INT64_C(31), NUMBER_READ},
        {"0X1f", INT64_C(31), NUMBER_READ},
        {"0b101", INT64_C(5), NUMBER_READ},
        {"0b12", INT64_C(0), NUMBER_SYNTAX},
        {"0x", INT64_C(0), NUMBER_SYNTAX},
        {"1_000", INT64_C(1000), NUMBER_READ},
        {"1__0", INT64_C(0), NUMBER_SYNTAX},
        {"_1", INT64_C(0), NUMBER_SYNTAX},
        {"1_", INT64_C(0), NUMBER_SYNTAX},
        {"0_7", INT64_C(7), NUMBER_READ},
        {"0x_1f", INT64_C(31), NUMBER_READ},
        {"0x1_f", INT64_C(31), NUMBER_READ},
        {"9223372036854775807", INT64_C(9223372036854775807), NUMBER_READ},
        {"9223372036854775808", INT64_C(9223372036854775807), NUMBER_RANGE},
        {"-9223372036854775808", INT64_MIN, NUMBER_READ},
        {"-9223372036854775809", INT64_MIN, NUMBER_RANGE},
        {"0x8000000000000000", INT64_C(9223372036854775807), NUMBER_RANGE},
        {"99999999999999999999z", INT64_C(9223372036854775807), NUMBER_RANGE},
        {"1.5", INT64_C(0), NUMBER_SYNTAX},
        {" 1", INT64_C(0), NUMBER_SYNTAX},
        {"1 ", INT64_C(0), NUMBER_SYNTAX},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t value = -1;

        if (number_read_int(span_str(rows[i].text), 0, &value) != rows[i].read ||
            value != rows[i].value)
            fail_msg("'%s' is read as %lld", rows[i].text, (long long)value);
    }
}

static void test_number_read_float__as_go(void **state)
{
    static const struct {
        const char *text;
        double value;
        enum number_read read;
    } rows[] = {
        {"", 0x0p+00, NUMBER_SYNTAX},
        {"1", 0x1p+00, NUMBER_READ},
        {"-1.5", -0x1.8p+00, NUMBER_READ},
        {"1e3", 0x1.f4p+09, NUMBER_READ},
        {"1E+3", 0x1.f4p+09, NUMBER_READ},
        {".5", 0x1p-01, NUMBER_READ},
        {"5.", 0x1.4p+02, NUMBER_READ},
        {".", 0x0p+00, NUMBER_SYNTAX},
        {"1e", 0x0p+00, NUMBER_SYNTAX},
        {"1e+", 0x0p+00, NUMBER_SYNTAX},
        {"1.2.3", 0x0p+00, NUMBER_SYNTAX},
        {"0x1p-2", 0x1p-02, NUMBER_READ},
        {"0X1.8P1", 0x1.8p+01, NUMBER_READ},
        {"0x1", 0x0p+00, NUMBER_SYNTAX},
        {"1_000.5", 0x1.f44p+09, NUMBER_READ},
        {"1__0", 0x0p+00, NUMBER_SYNTAX},
        {"_1", 0x0p+00, NUMBER_SYNTAX},
        {"1_e3", 0x0p+00, NUMBER_SYNTAX},
        {"1e1_0", 0x1.2a05f2p+33, NUMBER_READ},
        {"1e400", INFINITY, NUMBER_RANGE},
        {"-1e400", -INFINITY, NUMBER_RANGE},
        {"1e-400", 0x0p+00, NUMBER_READ},
        {"inf", INFINITY, NUMBER_READ},
        {"-Inf", -INFINITY, NUMBER_READ},
        {"+infinity", INFINITY, NUMBER_READ},
        {"nan", NAN, NUMBER_READ},
        {"-nan", 0x0p+00, NUMBER_SYNTAX},
        {"infin", 0x0p+00, NUMBER_SYNTAX},
        {"0x.p1", 0x0p+00, NUMBER_SYNTAX},
        {"0x_1p1", 0x1p+01, NUMBER_READ},
        {"1p3", 0x0p+00, NUMBER_SYNTAX},
        {" 1", 0x0p+00, NUMBER_SYNTAX},
        {"4.9406564584124654e-324", 0x1p-1074, NUMBER_READ},
        {"17976931348623157081452742373170435679807056752584499659891747680315726078002853876058955"
         "86327668781715404589535143824642343213268894641827684675467035375169860499105765512820762"
         "45490090389328944075868508455133942304583236903222948165808559332123347764797926204144723"
         "168738177180919299881250404026184124858368",
         0x1.fffffffffffffp+1023, NUMBER_READ},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double value = -1;

        if (number_read_float(span_str(rows[i].text), &value) != rows[i].read ||
            !(value == rows[i].value || (isnan(value) && isnan(rows[i].value))))
            fail_msg("'%s' is read as %a", rows[i].text, value);
    }
}

// Those of few digits are read without strtod.
static void test_number_read_float__short_ones_are_as_strtod_has_them(void **state)
{
    (void)state;
    for (uint64_t i = 0, digits = 1; i < 20000; i++) {
        char text[48];
        double value;

        digits = digits * 6364136223846793005u + 1442695040888963407u;
        snprintf(text, sizeof(text), "%s%llu%s%llu", i % 2 ? "-" : "",
                 (unsigned long long)(digits >> (63 - i % 60)), i % 3 ? "." : "",
                 (unsigned long long)(digits % 1000 >> i % 10));
        assert_int_equal(number_read_float(span_str(text), &value), NUMBER_READ);
        if (value != strtod(text, NULL) || signbit(value) != signbit(strtod(text, NULL)))
            fail_msg("'%s' is read as %a", text, value);
    }
}

UNIT_MAIN(UNIT(test_number_read_int__as_go), UNIT(test_number_read_float__as_go),
          UNIT(test_number_read_float__short_ones_are_as_strtod_has_them))
