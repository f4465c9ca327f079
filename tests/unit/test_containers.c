// SPDX-License-Identifier: Apache-2.0
// base/buf, base/arena, base/vec, base/list, base/map
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "base/vec.h"

static void test_buf__latches_an_overflow(void **state)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(5);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    buf_add_str(&b, "12345");
    assert_int_equal(buf_check(&b, ERR_CONFIG, "it", &err), 0);
    buf_add_char(&b, '6');
    buf_truncate(&b, 0);
    buf_add_str(&b, "x");
    assert_string_equal(buf_str(&b), "");
    assert_int_equal(buf_check(&b, ERR_CONFIG, "it", &err), -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    assert_string_equal(err_message(err), "it is larger than 5 bytes");
}

static void test_buf__grows_and_formats(void **state)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *text;

    (void)state;
    assert_string_equal(buf_str(&b), "");
    buf_printf(&b, "%s-%d", "n", 7);
    buf_add_hex(&b, "\x01\xff", 2);
    buf_add_repeat(&b, '.', 200);
    assert_int_equal(b.len, 3 + 4 + 200);
    buf_drop(&b, 3);
    buf_truncate(&b, 4);
    assert_string_equal(buf_str(&b), "01ff");
    text = buf_take(&b);
    assert_string_equal(text, "01ff");
    assert_int_equal(b.len, 0);
    free(text);
}

static void test_arena__gives_zeroed_aligned_memory_of_any_size(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();

    (void)state;
    for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
        char *p = arena_alloc(a, size);

        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 'x', size);
        assert_string_equal(arena_str(a, "s"), "s");
    }
    assert_string_equal(arena_printf(a, "%03d", 7), "007");
    assert_string_equal(arena_span(a, SPAN("abc")).ptr, "abc");
}

static void test_vec__keeps_order(void **state)
{
    VEC(int) v = {0};
    int sum = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        vec_push(&v, i);
    vec_remove(&v, 50);
    assert_int_equal(v.len, 99);
    assert_int_equal(v.items[50], 51);
    VEC_FOREACH (int *, it, &v)
        sum += *it;
    assert_int_equal(sum, 4950 - 50);
    vec_free(&v);
}

struct pearl {
    int number;
    struct list link;
};

static void test_list__removes_from_anywhere(void **state)
{
    struct list head;
    struct pearl pearls[4] = {{0}};

    (void)state;
    list_init(&head);
    assert_true(list_is_empty(&head));
    for (int i = 0; i < 4; i++) {
        pearls[i].number = i;
        list_init(&pearls[i].link);
        list_remove(&pearls[i].link); // in no list
        list_append(&head, &pearls[i].link);
    }
    list_remove(&pearls[0].link);
    list_remove(&pearls[2].link);
    assert_false(list_has(&pearls[2].link));
    assert_true(list_has(&pearls[3].link));
    assert_int_equal(list_len(&head), 2);
    assert_int_equal(LIST_ITEM(head.next, struct pearl, link)->number, 1);
    assert_int_equal(LIST_ITEM(head.previous, struct pearl, link)->number, 3);
}

static void test_map__remembers_order_and_replaces(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct map m CLEANUP(map_free) = MAP_INIT;
    size_t at = 0;
    static int values[1000], other;

    (void)state;
    assert_null(map_get(&m, SPAN("0")));
    for (int i = 0; i < 1000; i++)
        assert_null(map_put(&m, span_str(arena_printf(a, "%d", i)), &values[i]));
    assert_ptr_equal(map_get(&m, SPAN("777")), &values[777]);
    assert_ptr_equal(map_put(&m, SPAN("777"), &other), &values[777]);
    assert_ptr_equal(map_delete(&m, SPAN("3")), &values[3]);
    assert_null(map_delete(&m, SPAN("3")));
    assert_null(map_get(&m, SPAN("3")));
    assert_int_equal(map_len(&m), 999);
    MAP_FOREACH (e, &m) {
        if (at == 3)
            at++;
        assert_ptr_equal(e->value, at == 777 ? &other : &values[at]);
        at++;
    }
    assert_int_equal(at, 1000);
    assert_null(map_put(&m, SPAN("3"), &other));
    assert_int_equal(map_len(&m), 1000);
}

// A map has slots from some size on: whatever was done before counts afterwards.
static void test_map__forgets_nothing_when_it_grows(void **state)
{
    static int values[40], other;
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct map m CLEANUP(map_free) = MAP_INIT;

    (void)state;
    assert_null(map_delete(&m, SPAN("0")));
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        assert_null(map_put(&m, span_str(arena_printf(a, "%zu", i)), &values[i]));
        assert_ptr_equal(map_delete(&m, span_str(arena_printf(a, "%zu", i / 2))),
                         i % 2 ? NULL : &values[i / 2]);
        assert_int_equal(map_len(&m), i + 1 - (i / 2 + 1));
        for (size_t k = 0; k <= i; k++)
            assert_ptr_equal(map_get(&m, span_str(arena_printf(a, "%zu", k))),
                             k <= i / 2 ? NULL : &values[k]);
    }
    assert_null(map_put(&m, SPAN("0"), &other));
    assert_ptr_equal(map_get(&m, SPAN("0")), &other);
}

UNIT_MAIN(UNIT(test_buf__latches_an_overflow), UNIT(test_buf__grows_and_formats),
          UNIT(test_arena__gives_zeroed_aligned_memory_of_any_size), UNIT(test_vec__keeps_order),
          UNIT(test_list__removes_from_anywhere), UNIT(test_map__remembers_order_and_replaces),
          UNIT(test_map__forgets_nothing_when_it_grows))
