// SPDX-License-Identifier: Apache-2.0
#include "base/kinds.h"

// The place of the last mention, from 1 on; 0 when there is none.
static int place_of(struct span kind, const char *const *kinds, size_t len)
{
    for (size_t i = len; i > 0; i--)
        if (span_is(kind, kinds[i - 1]))
            return (int)i;
    return 0;
}

int kind_rank(const struct kind_order *order, struct span kind)
{
    int last = place_of(kind, order->last, order->last_len);
    int first = place_of(kind, order->first, order->first_len);

    if (last)
        return last;
    return first ? first - 1 - (int)order->first_len : 0;
}
