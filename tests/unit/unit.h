// SPDX-License-Identifier: Apache-2.0
// What every unit test includes: cmocka, with the standard headers that it wants before it, and
// what a program of tests is made of.
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"

// Runs the given test functions as the program's one group; ends main().
#define UNIT_MAIN(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest unit_tests[] = {__VA_ARGS__};                                      \
        return cmocka_run_group_tests(unit_tests, NULL, NULL);                                     \
    }
#define UNIT(function) cmocka_unit_test(function)
// The same with a fixture: the program's own set_up() and tear_down() around it.
#define UNIT_FIXTURE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

// The test fails unless the error is of that kind, and its chain holds `words`.
static inline void assert_err(const struct err *err, enum err_kind kind, const char *words)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_non_null(err);
    err_format(err, &text);
    if (!strstr(buf_str(&text), words))
        fail_msg("'%s' does not say '%s'", buf_str(&text), words);
    assert_int_equal(err_kind(err), kind);
}

#endif
