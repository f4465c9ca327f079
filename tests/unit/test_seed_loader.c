// SPDX-License-Identifier: Apache-2.0
// work/seed: the loader that this program carries for the nodes.
#include "unit.h"

#include "work/seed.h"

static void test_seed__carries_a_small_program(void **state)
{
    struct span loader = seed_loader();

    (void)state;
    assert_true(span_starts(loader, "\x7f"
                                    "ELF"));
    assert_in_range(loader.len, 1, 128 << 10); // of the 1 MiB that a ConfigMap has room for
}

UNIT_MAIN(cmocka_unit_test(test_seed__carries_a_small_program))
