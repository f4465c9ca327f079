// SPDX-License-Identifier: Apache-2.0
// A span is a borrowed piece of bytes: pointer and length, not NUL-terminated. All parsing is done
// on spans with helpers that advance them.
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

struct span {
    const char *ptr;
    size_t len;
};

#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})
#define SPAN_EMPTY ((struct span){"", 0})

// printf("%.*s", SPAN_ARG(s))
#define SPAN_ARG(s) ((int)(s).len), ((s).ptr)

static inline struct span span_of(const void *ptr, size_t len)
{
    return (struct span){ptr, len};
}

// NULL gives the empty span.
static inline struct span span_str(const char *str)
{
    return str ? (struct span){str, strlen(str)} : SPAN_EMPTY;
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span a, const char *str)
{
    return span_eq(a, span_str(str));
}

// Compares bytes; a prefix comes first. Below, equal to or above zero.
int span_cmp(struct span a, struct span b);

// In place, as many others here: the length of a literal is known to the compiler.
static inline bool span_starts(struct span s, const char *prefix)
{
    size_t n = strlen(prefix);

    return s.len >= n && memcmp(s.ptr, prefix, n) == 0;
}

static inline bool span_ends(struct span s, const char *suffix)
{
    size_t n = strlen(suffix);

    return s.len >= n && memcmp(s.ptr + s.len - n, suffix, n) == 0;
}

// The first n bytes, or the rest from byte n on; n is cut to the length.
static inline struct span span_head(struct span s, size_t n)
{
    return span_of(s.ptr, n < s.len ? n : s.len);
}

static inline struct span span_tail(struct span s, size_t n)
{
    if (n > s.len)
        n = s.len;
    return span_of(s.ptr + n, s.len - n);
}

// If `s` starts with `prefix`, steps over it and returns true.
static inline bool span_skip(struct span *s, const char *prefix)
{
    if (!span_starts(*s, prefix))
        return false;
    *s = span_tail(*s, strlen(prefix));
    return true;
}

// Without ASCII white space at both ends.
struct span span_trim(struct span s);

// The place of the first (last) `c`, or the span's length when there is none.
static inline size_t span_find(struct span s, char c)
{
    const char *at = s.len ? (const char *)memchr(s.ptr, c, s.len) : NULL;

    return at ? (size_t)(at - s.ptr) : s.len;
}

size_t span_rfind(struct span s, char c);

// The place of the first `needle`, or the span's length.
size_t span_search(struct span s, struct span needle);

// Cuts the next piece before `sep` off *rest into *piece; false when *rest is used up. An empty
// span has no pieces, and a `sep` at the end adds none ("a\n" is one line).
bool span_next(struct span *rest, char sep, struct span *piece);

// Splits at the first `sep`; false, and nothing written, when there is none.
bool span_cut(struct span s, char sep, struct span *before, struct span *after);

// Strict decimal: digits only (a leading '-' for i64), no overflow, the whole span.
bool span_u64(struct span s, uint64_t *value) MUST_CHECK;
bool span_i64(struct span s, int64_t *value) MUST_CHECK;

// Lower-case hexadecimal of exactly 2 * len characters into `out`.
bool span_unhex(struct span s, unsigned char *out, size_t len) MUST_CHECK;

#endif
