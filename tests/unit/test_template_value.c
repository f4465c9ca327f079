// SPDX-License-Identifier: Apache-2.0
// io/template's values: maps, copies and equality, also of values that hold themselves.
#include "unit.h"

#include "io/template.h"

static struct value text(const char *str)
{
    return value_string(span_str(str));
}

static void test_map__keeps_what_was_set_through_growth_and_removal(void **state)
{
    enum { KEYS = 1000 };
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value map = value_new_map(a, VALUE_MAP), out;
    char key[16];

    (void)state;
    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        value_set(a, map.map, span_str(key), value_int(-1));
        value_set(a, map.map, span_str(key), value_int(i));
        // Every third one goes again at once, another one later.
        if (i % 3 == 0)
            assert_true(value_unset(map.map, span_str(key)));
    }
    for (int i = 1; i < KEYS; i += 3) {
        snprintf(key, sizeof(key), "k%d", i);
        assert_true(value_unset(map.map, span_str(key)));
        assert_false(value_unset(map.map, span_str(key)));
    }
    assert_int_equal(value_map_len(map.map), KEYS / 3);
    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        assert_int_equal(value_get(map.map, span_str(key), &out), i % 3 == 2);
        if (i % 3 == 2)
            assert_int_equal(out.i, i);
    }
}

static void test_map__is_sorted_by_bytes(void **state)
{
    static const char *const keys[] = {"b", "a-b", "", "B", "a", "\xc3\xa9", "a1", "10", "9"};
    static const char *const sorted[] = {"", "10", "9", "B", "a", "a-b", "a1", "b", "\xc3\xa9"};
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value map = value_new_map(a, VALUE_MAP);
    struct value_pair *pairs;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        value_set(a, map.map, span_str(keys[i]), value_int((int64_t)i));
    pairs = value_map_sorted(a, map.map);
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
        assert_true(span_is(pairs[i].key, sorted[i]));
}

static void test_copy__shares_no_container(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value map = value_new_map(a, VALUE_MAP), list = value_new_list(a, VALUE_LIST), copy, out;
    struct err *err = NULL;

    (void)state;
    value_push(a, list.list, text("x"));
    value_set(a, map.map, SPAN("list"), list);
    assert_int_equal(value_copy_deep(a, &map, &copy, &err), 0);
    assert_true(value_deep_equal(&map, &copy));
    assert_true(value_get(copy.map, SPAN("list"), &out));
    value_push(a, out.list, text("y"));
    assert_int_equal(list.list->len, 1);
    assert_false(value_deep_equal(&map, &copy));
}

// 60 levels, each holding the next one twice: 2^60 leaves.
static struct value doubled(struct arena *a)
{
    struct value v = text("leaf");

    for (int i = 0; i < 60; i++) {
        struct value list = value_new_list(a, VALUE_LIST);

        value_push(a, list.list, v);
        value_push(a, list.list, v);
        v = list;
    }
    return v;
}

static struct value holds_itself(struct arena *a)
{
    struct value map = value_new_map(a, VALUE_MAP);

    value_set(a, map.map, SPAN("self"), map);
    return map;
}

static void test_copy__of_a_value_without_end_is_an_error(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value hostile[] = {doubled(a), holds_itself(a)}, copy;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(value_copy_deep(a, &hostile[i], &copy, &err), -1);
        assert_err(err, ERR_CONFIG, "a value holds itself");
    }
}

static void test_equal__ends_for_values_without_end(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value left = doubled(a), right = doubled(a);
    struct value one = holds_itself(a), other = holds_itself(a);

    (void)state;
    assert_true(value_deep_equal(&left, &right));
    assert_true(value_deep_equal(&one, &other));
    value_set(a, other.map, SPAN("more"), value_bool(true));
    assert_false(value_deep_equal(&one, &other));
}

static void test_equal__needs_the_same_type(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value any = value_new_list(a, VALUE_LIST), strings = value_new_list(a, VALUE_STRINGS);
    struct value number = value_int(1), wide = value_int64(1), real = value_float(1);

    (void)state;
    assert_false(value_deep_equal(&any, &strings));
    assert_false(value_deep_equal(&number, &wide));
    assert_false(value_deep_equal(&number, &real));
    assert_true(value_deep_equal(&number, &number));
}

static void test_nil__is_not_equal_to_empty_until_it_is_changed(void **state)
{
    static const enum value_type types[] = {VALUE_LIST, VALUE_MAP};
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct err *err = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct value nil = value_new_nil(a, types[i]), copy;
        struct value empty =
            types[i] == VALUE_LIST ? value_new_list(a, types[i]) : value_new_map(a, types[i]);

        assert_false(value_is_true(&nil));
        assert_false(value_deep_equal(&nil, &empty));
        assert_int_equal(value_copy_deep(a, &nil, &copy, &err), 0);
        assert_true(value_deep_equal(&nil, &copy));
        if (types[i] == VALUE_LIST) {
            value_push(a, nil.list, text("x"));
            value_push(a, empty.list, text("x"));
        } else {
            value_set(a, nil.map, SPAN("x"), text("x"));
            value_set(a, empty.map, SPAN("x"), text("x"));
        }
        assert_true(value_deep_equal(&nil, &empty));
    }
}

static void test_types__have_the_names_of_go(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    const struct {
        struct value v;
        const char *type, *kind;
        bool truth;
    } cases[] = {
        {VALUE_OF_NIL, "<nil>", "invalid", false},
        {value_int64(0), "int64", "int64", false},
        {value_float(-0.0), "float64", "float64", false},
        {value_float(0.5), "float64", "float64", true},
        {text(""), "string", "string", false},
        {text("0"), "string", "string", true},
        {value_new_list(a, VALUE_LIST), "[]interface {}", "slice", false},
        {value_new_list(a, VALUE_STRINGS), "[]string", "slice", false},
        {value_new_map(a, VALUE_MAP), "map[string]interface {}", "map", false},
        {holds_itself(a), "map[string]interface {}", "map", true},
        {value_new_map(a, VALUE_STRING_MAP), "map[string]string", "map", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(value_type_name(&cases[i].v), cases[i].type);
        assert_string_equal(value_kind_name(&cases[i].v), cases[i].kind);
        assert_int_equal(value_is_true(&cases[i].v), cases[i].truth);
    }
}

UNIT_MAIN(UNIT(test_map__keeps_what_was_set_through_growth_and_removal),
          UNIT(test_map__is_sorted_by_bytes), UNIT(test_copy__shares_no_container),
          UNIT(test_copy__of_a_value_without_end_is_an_error),
          UNIT(test_equal__ends_for_values_without_end), UNIT(test_equal__needs_the_same_type),
          UNIT(test_nil__is_not_equal_to_empty_until_it_is_changed),
          UNIT(test_types__have_the_names_of_go))
