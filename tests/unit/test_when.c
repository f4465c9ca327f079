// SPDX-License-Identifier: Apache-2.0
// base/when
#include "unit.h"

#include <time.h>

#include "base/when.h"

enum { AT = 1767323045 }; // 2026-01-02T03:04:05Z

static void expect(const char *text, int64_t want)
{
    int64_t got = -1;

    assert_true(when_parse(span_str(text), &got));
    assert_int_equal(got, want);
}

static void test_when__parses_what_the_api_writes(void **state)
{
    (void)state;
    expect("2026-01-02T03:04:05Z", AT);
    expect("2026-01-02T03:04:05.678901Z", AT);
    expect("2026-01-02T05:34:05+02:30", AT);
    expect("2026-01-01T23:04:05-04:00", AT);
    expect("1970-01-01T00:00:00Z", 0);
}

static void test_when__refuses_what_is_no_time(void **state)
{
    static const char *const bad[] = {"",
                                      "2026-01-02",
                                      "2026-01-02T03:04:05",
                                      "2026-13-02T03:04:05Z",
                                      "2026-01-02 03:04:05Z",
                                      "2026-01-02T03:04:05Zx",
                                      "2026-01-02T03:04:05+02",
                                      "-026-01-02T03:04:05Z",
                                      "2026-01-02T03:04:05.5",
                                      "0000-01-02T03:04:05Z"};
    int64_t seconds = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(when_parse(span_str(bad[i]), &seconds));
    assert_int_equal(seconds, 7);
}

static void test_when__formats_local_time(void **state)
{
    char out[WHEN_TEXT_BYTES];

    (void)state;
    setenv("TZ", "XXX-2", 1);
    tzset();
    assert_string_equal(when_format(AT, AT + 60, out), "05:04:05");
    assert_string_equal(when_format(AT, AT + 25 * 3600, out), "2026-01-02 05:04:05");
    // a clock that is behind the cluster's
    assert_string_equal(when_format(AT, AT - 5, out), "05:04:05");
}

UNIT_MAIN(UNIT(test_when__parses_what_the_api_writes), UNIT(test_when__refuses_what_is_no_time),
          UNIT(test_when__formats_local_time))
