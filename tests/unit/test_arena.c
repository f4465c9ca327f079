// SPDX-License-Identifier: Apache-2.0
// base/arena: what it hands out is zero and aligned, whatever its memory held before.
#include "unit.h"

#include "base/arena.h"
#include "base/mem.h"

#define KIB ((size_t)1024)

// Leaves memory behind that is anything but zero.
static void soil_memory(void)
{
    char *blocks[64];

    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        blocks[i] = mem_alloc((i + 1) * KIB);
        memset(blocks[i], 0xff, (i + 1) * KIB);
    }
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
        free(blocks[i]);
}

static void expect_zero(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], 0);
}

static void test_arena__what_it_gives_is_zero(void **state)
{
    (void)state;
    soil_memory();
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    char *text CLEANUP(mem_cleanup) = mem_zalloc(1, 9 * KIB);

    memset(text, 'x', 9 * KIB);
    for (size_t i = 1; i < 300; i++) {
        char *zero = arena_alloc(a, i * 7);

        assert_int_equal((uintptr_t)zero % _Alignof(max_align_t), 0);
        expect_zero(zero, i * 7);
        memset(zero, 0xff, i * 7);
        assert_int_equal(arena_span(a, span_of(text, i * 29 % (9 * KIB))).len, i * 29 % (9 * KIB));
        zero = arena_aligned(a, i, 1);
        expect_zero(zero, i);
        memset(zero, 0xff, i);
    }
}

static void test_arena__copies_end_with_a_zero(void **state)
{
    (void)state;
    soil_memory();
    struct arena *a CLEANUP(arena_cleanup) = arena_new();

    for (size_t len = 0; len < 5; len++) {
        struct span copy = arena_span(a, span_of("text", len));

        assert_int_equal(copy.len, len);
        assert_int_equal(strlen(copy.ptr), len);
    }
}

UNIT_MAIN(UNIT(test_arena__what_it_gives_is_zero), UNIT(test_arena__copies_end_with_a_zero))
