// SPDX-License-Identifier: Apache-2.0
// base/kinds
#include "unit.h"

#include "base/kinds.h"

static void test_kind_rank__first_others_last(void **state)
{
    const char *first[] = {"Namespace", "Role"}, *last[] = {"Hook", "End"};
    const struct kind_order order = {first, 2, last, 2};
    const char *kinds[] = {"Namespace", "Role", "Deployment", "Hook", "End"};

    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(kinds); i++)
        assert_true(kind_rank(&order, span_str(kinds[i - 1])) <
                    kind_rank(&order, span_str(kinds[i])));
    assert_int_equal(kind_rank(&order, SPAN("Deployment")), 0);
    assert_int_equal(kind_rank(&order, SPAN("role")), 0);
}

static void test_kind_rank__the_last_mention_counts(void **state)
{
    const char *first[] = {"A", "B", "A", "C"}, *last[] = {"C"};
    const struct kind_order order = {first, 4, last, 1}, none = {0};

    (void)state;
    assert_true(kind_rank(&order, SPAN("B")) < kind_rank(&order, SPAN("A")));
    assert_true(kind_rank(&order, SPAN("A")) < 0);
    assert_true(kind_rank(&order, SPAN("C")) > 0);
    assert_int_equal(kind_rank(&none, SPAN("A")), 0);
}

UNIT_MAIN(UNIT(test_kind_rank__first_others_last), UNIT(test_kind_rank__the_last_mention_counts))
