// SPDX-License-Identifier: Apache-2.0
// io/template's formatting. What is expected came from Go 1.26's fmt and text/template, of which
// more was compared: 50,000 random formats and values.
#include "unit.h"

#include <math.h>

#include "io/template/exec/builtins.h"

static struct value text(const char *str)
{
    return value_string(span_str(str));
}

// [1 2.5 a <nil> true], a map within a map, and texts of other types.
static struct value sample(struct arena *a)
{
    struct value list = value_new_list(a, VALUE_LIST), map = value_new_map(a, VALUE_MAP);
    struct value inner = value_new_map(a, VALUE_STRING_MAP);

    value_push(a, list.list, value_int(1));
    value_push(a, list.list, value_float(2.5));
    value_push(a, list.list, text("a"));
    value_push(a, list.list, VALUE_OF_NIL);
    value_push(a, list.list, value_bool(true));
    value_set(a, inner.map, SPAN("k"), text("v\n"));
    value_set(a, map.map, SPAN("m"), inner);
    value_set(a, map.map, SPAN("l"), list);
    return map;
}

static void assert_printf(const char *format, const struct value *args, size_t count,
                          const char *expected)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    value_sprintf(span_str(format), args, count, &out);
    assert_string_equal(buf_str(&out), expected);
}

static void test_printf__has_all_verbs(void **state)
{
    const struct {
        const char *format;
        struct value arg;
        const char *expected;
    } cases[] = {
        {"%v", value_float(1000000), "1e+06"},
        {"%v", value_float(-0.0), "-0"},
        {"%d", value_float(5), "%!d(float64=5)"},
        {"%s", VALUE_OF_NIL, "%!s(<nil>)"},
        {"%s", value_float(1), "%!s(float64=1)"},
        {"%05.1f|", value_float(-2.25), "-02.2|"},
        {"%+.2e", value_float(123456), "+1.23e+05"},
        {"%#g", value_float(1), "1.00000"},
        {"%x", value_float(0.1), "0x1.999999999999ap-04"},
        {"%6v|", value_float(INFINITY), "  +Inf|"},
        {"%#x", value_int(-255), "-0xff"},
        {"%08b", value_int(5), "00000101"},
        {"%+d", value_int64(INT64_MIN), "-9223372036854775808"},
        {"%O", value_int(8), "0o10"},
        {"%#U", value_int(0x1f600), "U+1F600 '\xf0\x9f\x98\x80'"},
        {"%c", value_int(0x110000), "\xef\xbf\xbd"},
        {"%q", value_int('\''), "'\\''"},
        {"%.0d", value_int(0), ""},
        {"%-6s|", text("h\xc3\xa9"), "h\xc3\xa9    |"},
        {"%06s|", text("ab"), "0000ab|"},
        {"%.2s", text("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"), "\xe6\x97\xa5\xe6\x9c\xac"},
        {"% #x", text("ab"), "0x61 0x62"},
        {"%#q", text("a\"b"), "`a\"b`"},
        {"%+q", text("\xc3\xa9"), "\"\\u00e9\""},
        {"%q", text("\xff\x07\xc2\xa0"), "\"\\xff\\a\\u00a0\""},
        {"%t", value_bool(true), "true"},
        {"%T", value_int64(1), "int64"},
        {"%!", value_int(1), "%!!(int=1)"},
        {"%", value_int(1), "%!(NOVERB)%!(EXTRA int=1)"},
        {"%w", text("a"), "%!w(string=a)"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_printf(cases[i].format, &cases[i].arg, 1, cases[i].expected);
}

static void test_printf__says_what_is_wrong_with_operands(void **state)
{
    const struct value two[] = {value_int(7), text("a")};

    (void)state;
    assert_printf("%d", NULL, 0, "%!d(MISSING)");
    assert_printf("%d", two, 2, "7%!(EXTRA string=a)");
    assert_printf("%[2]s %[1]d", two, 2, "a 7");
    assert_printf("%[3]d", two, 2, "%!d(BADINDEX)");
    assert_printf("%*d", two, 2, "%!d(string=      a)");
    assert_printf("%[2]*d", two, 2, "%!(BADWIDTH)%!d(MISSING)");
    assert_printf("%.*s|", two, 2, "a|");
    assert_printf("100%%", two, 0, "100%");
    assert_printf("%99999999d", two, 1, "%!(NOVERB)%!(EXTRA int=7)");
}

static void test_containers__are_printed_item_by_item(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value map = sample(a), nil = value_new_nil(a, VALUE_LIST);

    (void)state;
    assert_printf("%v", &map, 1, "map[l:[1 2.5 a <nil> true] m:map[k:v\n]]");
    assert_printf("%q", &map, 1,
                  "map[\"l\":['\\x01' %!q(float64=2.5) \"a\" <nil> %!q(bool=true)] "
                  "\"m\":map[\"k\":\"v\\n\"]]");
    assert_printf("%#v", &map, 1,
                  "map[string]interface {}{\"l\":[]interface {}{1, 2.5, \"a\", interface {}(nil), "
                  "true}, \"m\":map[string]string{\"k\":\"v\\n\"}}");
    assert_printf("%v %#v", (struct value[]){nil, nil}, 2, "[] []interface {}(nil)");
}

static void test_bytes__are_numbers_or_a_text(void **state)
{
    struct value bytes = text("B\n");

    (void)state;
    bytes.type = VALUE_BYTES;
    assert_printf("%v", &bytes, 1, "[66 10]");
    assert_printf("%s", &bytes, 1, "B\n");
    assert_printf("%X", &bytes, 1, "420A");
    assert_printf("%#v", &bytes, 1, "[]byte{0x42, 0xa}");
    assert_printf("%T", &bytes, 1, "[]uint8");
}

static void test_sprint__sets_blanks_between_what_is_no_text(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct value args[] = {value_int(1), value_int(2), text("a"), text("b"), VALUE_OF_NIL};

    (void)state;
    value_sprint(args, ARRAY_LEN(args), &out);
    value_sprintln(args, ARRAY_LEN(args), &out);
    assert_string_equal(buf_str(&out), "1 2ab<nil>1 2 a b <nil>\n");
}

static void test_print__of_a_value_without_end_is_too_large(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct value list = value_new_list(a, VALUE_LIST);

    (void)state;
    value_push(a, list.list, list);
    value_push(a, list.list, list);
    value_print(&list, &out);
    assert_int_equal(buf_check(&out, ERR_CONFIG, "the result", &err), -1);
}

static const struct template_function *builtin(const char *name)
{
    const struct template_function *f = builtin_prints;

    while (f->name && strcmp(f->name, name) != 0)
        f++;
    return f;
}

static void assert_call(struct arena *a, const char *name, const struct value *args, size_t count,
                        const char *expected)
{
    struct template_set *set CLEANUP(template_set_cleanup) = template_set_new(NULL, 0, NULL);
    struct template_run *run CLEANUP(template_run_cleanup) =
        template_run_new(set, a, &TEMPLATE_LIMITS);
    struct template_call call = {.arena = a, .run = run, .args = args, .count = count};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct value result;

    call.function = builtin(name);
    assert_non_null(call.function->name);
    if (call.function->fn(&call, &result, &err) < 0)
        buf_add_str(&out, err_message(err));
    else
        value_print(&result, &out);
    assert_string_equal(buf_str(&out), expected);
}

static void test_escapes__are_those_of_go(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    const struct value html = value_string(SPAN("<a href='x'>\"&\0")), nil = VALUE_OF_NIL;
    const struct value js = text("it's \"<\xc3\xa9>=\\\n\xe2\x80\xa8"),
                       url = text("a b/\xc3\xa9~-_.?");

    (void)state;
    assert_call(a, "html", &html, 1, "&lt;a href=&#39;x&#39;&gt;&#34;&amp;\xef\xbf\xbd");
    assert_call(a, "html", &nil, 1, "&lt;no value&gt;");
    assert_call(a, "js", &js, 1, "it\\'s \\\"\\u003C\xc3\xa9\\u003E\\u003D\\\\\\u000A\\u2028");
    assert_call(a, "urlquery", &url, 1, "a+b%2F%C3%A9~-_.%3F");
}

static void test_index__takes_items_and_says_what_is_none(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct value map = sample(a), list;
    const struct {
        struct value args[3];
        const char *expected;
    } cases[] = {
        {{map, text("m"), text("k")}, "v\n"},
        {{map, text("m"), text("none")}, ""},
        {{map, text("l"), value_int(2)}, "a"},
        {{map, text("l"), value_int(5)}, "reflect: slice index out of range"},
        {{map, text("l"), value_int(-1)}, "index out of range: -1"},
        {{map, text("l"), value_float(1)}, "cannot index slice/array with type float64"},
        {{map, text("none"), text("x")}, "index of nil pointer"},
        {{map, value_int(1), text("x")}, "value has type int; should be string"},
        {{VALUE_OF_NIL, text("x"), text("x")}, "index of untyped nil"},
        {{text("A"), value_int(0), value_int(0)}, "can't index item of type uint8"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_call(a, "index", cases[i].args, 3, cases[i].expected);
    assert_true(value_get(map.map, SPAN("l"), &list));
    assert_call(a, "slice", (struct value[]){list, value_int(1), value_int(3)}, 3, "[2.5 a]");
    assert_call(a, "slice", (struct value[]){text("abc"), value_int(2)}, 2, "c");
    assert_call(a, "slice", (struct value[]){text("abc"), value_int(2), value_int(1)}, 3,
                "invalid slice index: 2 > 1");
}

static void test_len__is_of_what_holds_something(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    const struct value map = sample(a), nil = VALUE_OF_NIL_ITEM, number = value_int(3);
    const struct value word = text("h\xc3\xa9");

    (void)state;
    assert_call(a, "len", &map, 1, "2");
    assert_call(a, "len", &word, 1, "3");
    assert_call(a, "len", &nil, 1, "len of nil pointer");
    assert_call(a, "len", &number, 1, "len of type int");
}

UNIT_MAIN(UNIT(test_printf__has_all_verbs), UNIT(test_printf__says_what_is_wrong_with_operands),
          UNIT(test_containers__are_printed_item_by_item), UNIT(test_bytes__are_numbers_or_a_text),
          UNIT(test_sprint__sets_blanks_between_what_is_no_text),
          UNIT(test_print__of_a_value_without_end_is_too_large),
          UNIT(test_escapes__are_those_of_go), UNIT(test_index__takes_items_and_says_what_is_none),
          UNIT(test_len__is_of_what_holds_something))
