// SPDX-License-Identifier: Apache-2.0
// What the checks of formats share.
#include "io/template.h"
#include "model/chart/schema/format_checks.h"

bool format_fail(struct buf *why, const char *reason)
{
    buf_add_str(why, reason);
    return false;
}

bool format_fail_rune(struct buf *why, const char *before, uint32_t rune, const char *after)
{
    struct value v = {.type = VALUE_INT32, .i = rune};

    buf_add_str(why, before);
    value_sprintf(SPAN("%q"), &v, 1, why);
    buf_add_str(why, after);
    return false;
}

bool format_next_piece(struct span *rest, char separator, struct span *piece)
{
    size_t end;

    if (!rest->ptr)
        return false;
    end = span_find(*rest, separator);
    *piece = span_head(*rest, end);
    *rest = end < rest->len ? span_tail(*rest, end + 1) : (struct span){NULL, 0};
    return true;
}

size_t format_count_digits(struct span s)
{
    size_t count = 0;

    while (count < s.len && s.ptr[count] >= '0' && s.ptr[count] <= '9')
        count++;
    return count;
}
