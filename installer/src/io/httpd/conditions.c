// SPDX-License-Identifier: Apache-2.0
#include "io/httpd/conditions.h"

#include <strings.h>

static struct span opaque(struct span etag)
{
    span_skip(&etag, "W/");
    return etag;
}

// Whether a list of entity tags, or "*", has this one; `weakly`: W/ makes no difference.
static bool list_has(struct span list, struct span etag, bool weakly)
{
    struct span item;

    if (span_is(span_trim(list), "*"))
        return true;
    if (etag.len == 0 || (!weakly && span_starts(etag, "W/")))
        return false;
    // A comma inside of a tag splits it, and none of its pieces is one that we give.
    while (span_next(&list, ',', &item)) {
        item = span_trim(item);
        if (span_eq(weakly ? opaque(item) : item, weakly ? opaque(etag) : etag))
            return true;
    }
    return false;
}

static bool is_number(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0;
}

// A number that is too large for the type is as good as the largest one.
static bool read_number(struct span text, uint64_t *value)
{
    if (!is_number(text))
        return false;
    if (!span_u64(text, value))
        *value = UINT64_MAX;
    return true;
}

enum range { RANGE_NONE, RANGE_ONE, RANGE_BEYOND };

// "bytes=A-B", "bytes=A-", "bytes=-N" of `size` bytes.
static enum range read_range(struct span text, uint64_t size, uint64_t *offset, uint64_t *len)
{
    struct span unit, first, last;
    uint64_t a, b = UINT64_MAX;

    if (!span_cut(text, '=', &unit, &text) || unit.len != 5 ||
        strncasecmp(unit.ptr, "bytes", unit.len) != 0 ||
        !span_cut(span_trim(text), '-', &first, &last))
        return RANGE_NONE;
    if (last.len > 0 && !read_number(last, &b))
        return RANGE_NONE;
    if (first.len == 0) { // the last b bytes
        if (last.len == 0)
            return RANGE_NONE;
        *len = b < size ? b : size;
        *offset = size - *len;
        return *len ? RANGE_ONE : RANGE_BEYOND;
    }
    if (!read_number(first, &a) || b < a)
        return RANGE_NONE;
    if (a >= size)
        return RANGE_BEYOND;
    *offset = a;
    *len = b < size - 1 ? b - a + 1 : size - a;
    return RANGE_ONE;
}

// If-Range holds for the strong tag alone; a date never does, since no answer has one.
static bool is_range_wanted(const struct conditions *c, struct span etag)
{
    return c->range.len > 0 && (c->if_range.len == 0 || (etag.len > 0 && !span_starts(etag, "W/") &&
                                                         span_eq(c->if_range, etag)));
}

struct outcome conditions_judge(const struct conditions *c, struct span etag, uint64_t size,
                                bool has_ranges)
{
    struct outcome all = {.status = 200, .len = size}, part = {.status = 206};

    if (c->if_match.len > 0 && !list_has(c->if_match, etag, false))
        return (struct outcome){.status = 412};
    if (c->if_none_match.len > 0 && list_has(c->if_none_match, etag, true))
        return (struct outcome){.status = 304};
    if (!has_ranges || !is_range_wanted(c, etag))
        return all;
    switch (read_range(c->range, size, &part.offset, &part.len)) {
    case RANGE_ONE: return part;
    case RANGE_BEYOND: return (struct outcome){.status = 416};
    case RANGE_NONE: break;
    }
    return all;
}
