// SPDX-License-Identifier: Apache-2.0
// io/doc: what YAML is written as kustomize writes it, and how plain scalars are typed on the way.
// The expected texts are what kustomize 5.8.1 printed.
#include "unit.h"

#include "base/buf.h"
#include "io/doc.h"

static void check(const char *text, const char *expected)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct node *n = doc_read_yaml_one(d, span_str(text), "f", &err);

    if (!n)
        fail_msg("%s: %s", text, err_message(err));
    doc_write_yaml(n, &out);
    assert_string_equal(buf_str(&out), expected);
}

// One plain scalar and what it is written as.
static void retyped(const char *scalar, const char *expected)
{
    char text[256];
    char line[256];

    snprintf(text, sizeof(text), "a: %s\n", scalar);
    snprintf(line, sizeof(line), "a: %s\n", expected);
    check(text, line);
}

static void test_doc_write__indents_like_kustomize(void **state)
{
    (void)state;
    check("a: [1, {b: c, d: [e]}, [[f]], {}, []]\ng: {h: {i: {}}}\n",
          "a:\n- 1\n- b: c\n  d:\n  - e\n- - - f\n- {}\n- []\ng:\n  h:\n    i: {}\n");
    check("- a\n- b: 1\n", "- a\n- b: 1\n");
}

static void test_doc_write__sorts_keys_naturally(void **state)
{
    (void)state;
    check("{a10: 1, a2: 1, a1: 1, a01: 1, B: 1, _x: 1, -y: 1, '10': 1, '9': 1, a-b: 1, ab: 1, "
          "\xc3\xa9: 1}",
          "-y: 1\n_x: 1\n\"9\": 1\n\"10\": 1\nB: 1\na-b: 1\na1: 1\na01: 1\na2: 1\na10: 1\nab: 1\n"
          "\xc3\xa9: 1\n");
}

static void test_doc_write__types_numbers_as_go_yaml(void **state)
{
    (void)state;
    retyped("0755", "493");
    retyped("0o14", "12");
    retyped("0b101", "5");
    retyped("0x1F", "31");
    retyped("0b-1", "-1");
    retyped("0x-1", "0x-1");
    retyped("1_000", "1000");
    retyped("08", "8");
    retyped("1.0", "1");
    retyped("1e3", "1000");
    retyped("-0.0", "0");
    retyped(".5", "0.5");
    retyped(".5e1_0", "5000000000");
    retyped("1234567.5", "1.2345675e+06");
    retyped("1e-7", "1e-07");
    retyped("1e20", "1e+20");
    retyped("5e-324", "5e-324");
    retyped("0.1", "0.1");
    retyped("1e400", "1e400");
    retyped("9223372036854775808", "9223372036854775808");
    retyped("18446744073709551616", "1.8446744073709552e+19");
    retyped("9007199254740993", "9007199254740993");
    retyped("-9223372036854775808.0", "-9.223372036854776e+18");
    retyped("-9223372036854774784.0", "-9223372036854775000");
}

static void test_doc_write__types_words_and_dates(void **state)
{
    (void)state;
    retyped("~", "null");
    retyped("Null", "null");
    retyped("TRUE", "true");
    retyped("tRUE", "tRUE");
    retyped("True", "true");
    retyped("falsE", "falsE");
    retyped("NULL", "null");
    retyped("nULL", "nULL");
    retyped("yes", "\"yes\"");
    retyped("YES", "\"YES\"");
    retyped("yeS", "yeS");
    retyped("On", "\"On\"");
    retyped("oN", "oN");
    retyped("N", "\"N\"");
    retyped("2020-1-2", "\"2020-01-02T00:00:00Z\"");
    retyped("2020-01-01 1:2:3.50", "\"2020-01-01T01:02:03.5Z\"");
    retyped("2020-01-01T12:30:45+01:00", "\"2020-01-01T12:30:45+01:00\"");
    retyped("2021-02-29", "2021-02-29");
    retyped("190:20:30", "\"190:20:30\"");
    retyped("1:60", "1:60");
    retyped("<<", "<<");
}

static void test_doc_write__quotes_only_what_needs_it(void **state)
{
    (void)state;
    retyped("'1'", "\"1\"");
    retyped("'a'", "a");
    retyped("''", "\"\"");
    retyped("' a'", "' a'");
    retyped("'# a'", "'# a'");
    retyped("'a: b'", "'a: b'");
    retyped("'it''s'", "it's");
    retyped("\"'it\"", "'''it'");
    retyped("\"a\\tb\"", "\"a\\tb\"");
    retyped("\"\\0\\a\\x1b\"", "\"\\0\\a\\e\"");
    retyped("\xf0\x9f\x98\x80", "\"\\U0001F600\"");
    retyped("\xc3\xa9", "\xc3\xa9");
    retyped("\"\\ufeffab\"", "\"\\uFEFF\\x61\\x62\""); // go-yaml escapes all behind such a mark
    retyped("\"a \\u0085 b\"", "a b");                 // NEL is lost on the way through JSON
    retyped("a-b", "a-b");
    retyped("'-'", "'-'");
    retyped("'...'", "'...'");
}

static void test_doc_write__writes_lines_literally(void **state)
{
    (void)state;
    check("a: \"x\\ny\"\n", "a: |-\n  x\n  y\n");
    check("a: \"x\\n\"\n", "a: |\n  x\n");
    check("a: \"x\\n\\n\"\nb: 1\n", "a: |+\n  x\n\nb: 1\n");
    check("a: \" x\\ny\"\n", "a: |2-\n   x\n  y\n");
    check("a: [\"x\\ny\"]\n", "a:\n- |-\n  x\n  y\n");
    check("a: \"x \\ny\"\n", "a: \"x \\ny\"\n");
    check("a: \"x\\ny \"\n", "a: \"x\\ny \"\n");
    check("a: \"\\tx\\ny\"\n", "a: \"\\tx\\ny\"\n");
}

static void test_doc_write__reads_folded_texts_as_kustomize_prints_them(void **state)
{
    (void)state;
    check("a: >\n  b\n  c\n\n  d\n", "a: |\n  b c\n  d\n");
    check("a: >\n  b\n\n    c\n  d\n", "a: |\n  b\n\n\n    c\n  d\n");
    check("a: >+\n  b\n\n", "a: |+\n  b\n\n\n");
}

static void test_doc_write__folds_long_lines(void **state)
{
    (void)state;
    check("a: aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa "
          "b c\n",
          "a: aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa\n"
          "  b c\n");
    check("a: \"\\taaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa "
          "aaaaaaaaaaaaaaaaaaaa  b\"\n",
          "a: \"\\taaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa "
          "aaaaaaaaaaaaaaaaaaaa\n"
          "  \\ b\"\n");
}

static void test_doc_write__writes_long_and_multi_line_keys_with_a_question_mark(void **state)
{
    char text[300];
    char expected[300];
    char key[130];

    (void)state;
    memset(key, 'k', 129);
    key[129] = '\0';
    snprintf(text, sizeof(text), "%s: [1]\n", key);
    snprintf(expected, sizeof(expected), "? %s\n: - 1\n", key);
    check(text, expected);
    check("? \"a\\nb\"\n: {c: d}\n", "? |-\n  a\n  b\n: c: d\n");
}

static void test_doc_write__left_out_values_are_null_until_settled(void **state)
{
    (void)state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_yaml_one(d, SPAN("a: {b: , c, e: ~, f: [[x, ]]}\nd:\n"), "f", &err);
    doc_write_yaml(n, &out);
    assert_string_equal(buf_str(&out),
                        "a:\n  b: null\n  c: null\n  e: null\n  f:\n  - - x\nd: null\n");
    buf_truncate(&out, 0);
    node_settle_empty(n);
    doc_write_yaml(n, &out);
    assert_string_equal(buf_str(&out),
                        "a:\n  b: \"\"\n  c: \"\"\n  e: null\n  f:\n  - - x\nd: null\n");
}

static void check_v3(const char *text, const char *expected)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct node *n = doc_read_yaml_one(d, span_str(text), "f", &err);

    if (!n)
        fail_msg("%s: %s", text, err_message(err));
    doc_write_yaml3(n, &out);
    assert_string_equal(buf_str(&out), expected);
}

// What an encoder of go-yaml v3 with SetIndent(2) printed.
static void test_doc_write__writes_the_form_of_v3(void **state)
{
    (void)state;
    check_v3("{a: [\"x\\ty\\nz\", {b: [1]}, [[c]]]}",
             "a:\n  - |-\n    x\ty\n    z\n  - b:\n      - 1\n  - - - c\n");
    check_v3("{1a: 1.5, 1-: 2, t: \"a\\tb\"}", "1a: 1.5\n1-: 2\nt: \"a\\tb\"\n");
    check_v3("{\"yes\": \"0o-7\"}", "\"yes\": \"0o-7\"\n");
    check_v3("{w: aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa "
             "aaaaaaaaaaaaaaaaaaaa b c}",
             "w: aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa "
             "aaaaaaaaaaaaaaaaaaaa b c\n");
}

UNIT_MAIN(UNIT(test_doc_write__indents_like_kustomize), UNIT(test_doc_write__sorts_keys_naturally),
          UNIT(test_doc_write__types_numbers_as_go_yaml),
          UNIT(test_doc_write__types_words_and_dates),
          UNIT(test_doc_write__quotes_only_what_needs_it),
          UNIT(test_doc_write__writes_lines_literally),
          UNIT(test_doc_write__reads_folded_texts_as_kustomize_prints_them),
          UNIT(test_doc_write__folds_long_lines),
          UNIT(test_doc_write__writes_long_and_multi_line_keys_with_a_question_mark),
          UNIT(test_doc_write__left_out_values_are_null_until_settled),
          UNIT(test_doc_write__writes_the_form_of_v3))
