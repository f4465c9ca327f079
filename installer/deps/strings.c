// SPDX-License-Identifier: Apache-2.0
// memchr, memcmp, strlen and strchrnul, 16 bytes at a time, in place of musl's, which go a byte or
// a word at a time: reading YAML and templates calls them for every line and key. Every x86-64 has
// SSE2; on other processors this file is empty and musl's are linked. cmake/musl.cmake links it
// into every program.
//
// An aligned block of 16 bytes never crosses a page, so that what lies around a text may be read
// with it, and is not looked at.

#ifdef __SSE2__

#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 16, ALL = 0xffff };

char *__strchrnul(const char *s, int c); // what musl's own strchr calls

// A bit for each byte of the aligned block at `at` that is `wanted`.
static inline unsigned find(const char *at, __m128i wanted)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)at), wanted));
}

static inline unsigned first(unsigned bits)
{
    return (unsigned)__builtin_ctz(bits);
}

void *memchr(const void *text, int c, size_t n)
{
    const char *s = text;
    const __m128i wanted = _mm_set1_epi8((char)c);
    const size_t before = (uintptr_t)s % BLOCK;
    size_t at = BLOCK - before; // of the next block

    if (n == 0)
        return NULL;
    unsigned bits = find(s - before, wanted) >> before;
    if (bits)
        return first(bits) < n ? (char *)s + first(bits) : NULL;
    for (; at < n; at += BLOCK) {
        bits = find(s + at, wanted);
        if (bits)
            return at + first(bits) < n ? (char *)s + at + first(bits) : NULL;
    }
    return NULL;
}

size_t strlen(const char *s)
{
    const __m128i zero = _mm_setzero_si128();
    const size_t before = (uintptr_t)s % BLOCK;
    unsigned bits = find(s - before, zero) >> before;
    size_t at = BLOCK - before;

    if (bits)
        return first(bits);
    while (!(bits = find(s + at, zero)))
        at += BLOCK;
    return at + first(bits);
}

char *__strchrnul(const char *s, int c)
{
    const __m128i zero = _mm_setzero_si128(), wanted = _mm_set1_epi8((char)c);
    const size_t before = (uintptr_t)s % BLOCK;
    const char *at = s - before;
    unsigned bits = (find(at, zero) | find(at, wanted)) >> before;

    if (bits)
        return (char *)s + first(bits);
    do {
        at += BLOCK;
        bits = find(at, zero) | find(at, wanted);
    } while (!bits);
    return (char *)at + first(bits);
}

char *strchrnul(const char *s, int c) __attribute__((alias("__strchrnul")));

static inline int differ_16(const unsigned char *a, const unsigned char *b)
{
    const __m128i x = _mm_loadu_si128((const __m128i *)a), y = _mm_loadu_si128((const __m128i *)b);
    const unsigned equal = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));

    if (equal == ALL)
        return 0;
    const unsigned at = first(~equal);
    return a[at] - b[at];
}

static inline int differ_8(const unsigned char *a, const unsigned char *b)
{
    uint64_t x, y;

    __builtin_memcpy(&x, a, sizeof(x));
    __builtin_memcpy(&y, b, sizeof(y));
    if (x == y)
        return 0;
    return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1 : 1;
}

static inline int differ_4(const unsigned char *a, const unsigned char *b)
{
    uint32_t x, y;

    __builtin_memcpy(&x, a, sizeof(x));
    __builtin_memcpy(&y, b, sizeof(y));
    if (x == y)
        return 0;
    return __builtin_bswap32(x) < __builtin_bswap32(y) ? -1 : 1;
}

// What is left of a block is compared again with the end of the block before.
int memcmp(const void *left, const void *right, size_t n)
{
    const unsigned char *a = left, *b = right;
    int order = 0;

    if (n >= BLOCK) {
        for (size_t at = 0; at <= n - BLOCK; at += BLOCK)
            if ((order = differ_16(a + at, b + at)))
                return order;
        return n % BLOCK ? differ_16(a + n - BLOCK, b + n - BLOCK) : 0;
    }
    if (n >= 8)
        return (order = differ_8(a, b)) ? order : differ_8(a + n - 8, b + n - 8);
    if (n >= 4)
        return (order = differ_4(a, b)) ? order : differ_4(a + n - 4, b + n - 4);
    for (size_t i = 0; i < n && !order; i++)
        order = a[i] - b[i];
    return order;
}

#endif
