// SPDX-License-Identifier: Apache-2.0
// What every unit test includes: cmocka, with the standard headers that it wants before it.
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

// Runs the given test functions as the program's one group; ends main().
#define UNIT_MAIN(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest unit_tests[] = {__VA_ARGS__};                                      \
        return cmocka_run_group_tests(unit_tests, NULL, NULL);                                     \
    }
#define UNIT(function) cmocka_unit_test(function)

#endif
