// SPDX-License-Identifier: Apache-2.0
// base/arena: what it hands out is zero and aligned, whatever its memory held before.
#include "unit.h"

#include "base/arena.h"
#include "base/block.h"
#include "base/checked.h"
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

static void test_arena__joins_texts(void **state)
{
    (void)state;
    soil_memory();
    struct arena *a CLEANUP(arena_cleanup) = arena_new();

    assert_string_equal(arena_join(a, SPAN("parent/charts"), '/', SPAN("x.yaml")).ptr,
                        "parent/charts/x.yaml");
    assert_string_equal(arena_join(a, SPAN_EMPTY, ',', SPAN("x")).ptr, ",x");
    assert_string_equal(arena_join(a, SPAN("x"), ',', SPAN_EMPTY).ptr, "x,");
    assert_int_equal(arena_join(a, SPAN_EMPTY, ',', SPAN_EMPTY).len, 1);
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

// Sizes around those of a chunk and a block, in one arena after the other, each of which gets what
// the one before it has soiled and given back.
static void test_arena__blocks_that_come_back_are_zero(void **state)
{
    static const size_t around[] = {
        1, 1000, 5000, 40000, BLOCK_BYTES - 100, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES};

    (void)state;
    for (size_t round = 0; round < 3; round++) {
        struct arena *a CLEANUP(arena_cleanup) = arena_new();
        char *pieces[8 * ARRAY_LEN(around)];
        size_t total = 0;

        for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
            size_t size = around[(i + round) % ARRAY_LEN(around)];

            pieces[i] = arena_alloc(a, size);
            assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
            expect_zero(pieces[i], size);
            memset(pieces[i], (int)i + 1, size);
            total += size;
        }
        for (size_t i = 0; i < ARRAY_LEN(pieces); i++) { // none lies in another one
            size_t size = around[(i + round) % ARRAY_LEN(around)];

            assert_int_equal((unsigned char)pieces[i][0], i + 1);
            assert_int_equal((unsigned char)pieces[i][size - 1], i + 1);
        }
        assert_true(arena_size(a) >= total);
        assert_true(arena_size(a) < 2 * total);
    }
}

static void test_arena__one_piece_larger_than_a_block(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    char *large = arena_alloc(a, 2 * BLOCK_BYTES), *small = arena_alloc(a, 8);

    expect_zero(large, 2 * BLOCK_BYTES);
    memset(large, 0xff, 2 * BLOCK_BYTES);
    expect_zero(small, 8);
    memset(small, 0xff, 8);
    assert_int_equal((unsigned char)large[2 * BLOCK_BYTES - 1], 0xff);
    arena_wipe(a);
    expect_zero(large, 2 * BLOCK_BYTES);
    expect_zero(small, 8);
}

// More than a region of them, all at once.
static void test_block__all_are_apart(void **state)
{
    static void *blocks[300];
    bool is_zero;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        blocks[i] = block_take(&is_zero);
        memset(blocks[i], (int)(i & 0xff), BLOCK_BYTES);
    }
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        const unsigned char *bytes = blocks[i];

        assert_int_equal(bytes[0], i & 0xff);
        assert_int_equal(bytes[BLOCK_BYTES - 1], i & 0xff);
        block_give(blocks[i]);
    }
    block_give(NULL);
}

static bool lies_in(const char *block, const char *room, size_t size)
{
    return block >= room && block + BLOCK_BYTES <= room + size;
}

// What was somebody else's is given out first, in blocks that lie in it as a whole.
static void test_block__large_memory_is_recycled(void **state)
{
    enum { WHOLE = 3, TAKEN = 40 };
    size_t size = (WHOLE + 1) * BLOCK_BYTES, found = 0;
    char *room = mem_alloc(size), *blocks[TAKEN], *copy = room;
    bool is_zero;

    (void)state;
    memset(room, 0xff, size);
    block_recycle(room, size);
    for (size_t i = 0; i < TAKEN; i++) {
        blocks[i] = block_take(&is_zero);
        if (is_zero)
            expect_zero(blocks[i], BLOCK_BYTES);
        if (!IS_CHECKED && lies_in(blocks[i], copy, size)) {
            assert_false(is_zero);
            found++;
        }
        memset(blocks[i], (int)i + 1, BLOCK_BYTES);
    }
    if (!IS_CHECKED) // one more where malloc has aligned it
        assert_in_range(found, WHOLE, WHOLE + 1);
    for (size_t i = 0; i < TAKEN; i++) {
        assert_int_equal((unsigned char)blocks[i][0], i + 1);
        assert_int_equal((unsigned char)blocks[i][BLOCK_BYTES - 1], i + 1);
        block_give(blocks[i]);
    }
    block_recycle(NULL, 0);
    block_recycle(mem_alloc(1), 1);
}

// Whoever recycles all the time does not keep all of it.
static void test_block__recycles_no_more_than_some(void **state)
{
    static void *blocks[1000];
    size_t count = 0;
    bool is_zero = false;

    (void)state;
    if (IS_CHECKED)
        skip();
    for (size_t i = 0; i < 100; i++)
        block_recycle(mem_alloc(16 * BLOCK_BYTES), 16 * BLOCK_BYTES);
    while (!is_zero && count < ARRAY_LEN(blocks))
        blocks[count++] = block_take(&is_zero);
    assert_in_range(count, 16, 500);
    while (count)
        block_give(blocks[--count]);
}

static void test_arena__drops_what_is_large(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    char *text CLEANUP(mem_cleanup) = mem_zalloc(1, 4 * BLOCK_BYTES);
    struct span first = arena_span(a, SPAN("small")), large, other;
    size_t before = arena_size(a);

    memset(text, 'x', 4 * BLOCK_BYTES);
    large = arena_span(a, span_of(text, 3 * BLOCK_BYTES));
    other = arena_span(a, span_of(text, 2 * BLOCK_BYTES));
    arena_drop(a, large);
    assert_int_equal(arena_size(a), before + other.len + 1);
    arena_drop(a, first);                          // is small
    arena_drop(a, span_of(text, 4 * BLOCK_BYTES)); // is not its own
    arena_drop(a, span_tail(other, 1));            // is a part only
    assert_int_equal(arena_size(a), before + other.len + 1);
    assert_true(span_is(first, "small"));
    assert_true(span_eq(other, span_of(text, 2 * BLOCK_BYTES)));
    expect_zero(arena_alloc(a, BLOCK_BYTES / 2), BLOCK_BYTES / 2);
}

UNIT_MAIN(UNIT(test_arena__what_it_gives_is_zero), UNIT(test_arena__copies_end_with_a_zero),
          UNIT(test_arena__joins_texts), UNIT(test_arena__blocks_that_come_back_are_zero),
          UNIT(test_arena__one_piece_larger_than_a_block), UNIT(test_arena__drops_what_is_large),
          UNIT(test_block__all_are_apart), UNIT(test_block__large_memory_is_recycled),
          UNIT(test_block__recycles_no_more_than_some))
