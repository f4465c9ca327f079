// SPDX-License-Identifier: Apache-2.0
// Span helpers.
#include "base/span.h"

enum { SEARCHED_BY_FIRST_MAX = 8 };

int span_cmp(struct span a, struct span b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;

    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
    while (s.len && is_space(s.ptr[0]))
        s = span_tail(s, 1);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

size_t span_rfind(struct span s, char c)
{
    const char *at = s.len ? memrchr(s.ptr, c, s.len) : NULL;

    return at ? (size_t)(at - s.ptr) : s.len;
}

// memmem goes by one byte at a time, memchr by many. For long texts that are searched it matters
// that memmem's time is linear whatever they are.
static const char *search(struct span s, struct span needle)
{
    const char *at = s.ptr, *end;

    if (needle.len < 2 || needle.len > SEARCHED_BY_FIRST_MAX || s.len < needle.len)
        return memmem(s.ptr, s.len, needle.ptr, needle.len);
    end = at + s.len - needle.len + 1; // of where it may begin
    while (at < end && (at = memchr(at, needle.ptr[0], (size_t)(end - at)))) {
        if (at[1] == needle.ptr[1] && memcmp(at + 1, needle.ptr + 1, needle.len - 1) == 0)
            return at;
        at++;
    }
    return NULL;
}

size_t span_search(struct span s, struct span needle)
{
    const char *at = search(s, needle);

    return at ? (size_t)(at - s.ptr) : s.len;
}

bool span_next(struct span *rest, char sep, struct span *piece)
{
    size_t at;

    if (rest->len == 0)
        return false;
    at = span_find(*rest, sep);
    *piece = span_head(*rest, at);
    *rest = span_tail(*rest, at + 1);
    return true;
}

bool span_cut(struct span s, char sep, struct span *before, struct span *after)
{
    size_t at = span_find(s, sep);

    if (at == s.len)
        return false;
    *before = span_head(s, at);
    *after = span_tail(s, at + 1);
    return true;
}

bool span_u64(struct span s, uint64_t *value)
{
    uint64_t sum = 0;

    if (!s.len)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(s.ptr[i] - '0'), &sum))
            return false;
    }
    *value = sum;
    return true;
}

bool span_i64(struct span s, int64_t *value)
{
    uint64_t size;
    bool minus = span_skip(&s, "-");

    if (!span_u64(s, &size) || size > (uint64_t)INT64_MAX + minus)
        return false;
    *value = minus ? (int64_t)-size : (int64_t)size;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool span_unhex(struct span s, unsigned char *out, size_t len)
{
    if (s.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(s.ptr[2 * i]);
        int low = hex_digit(s.ptr[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}
