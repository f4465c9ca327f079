// SPDX-License-Identifier: Apache-2.0
// io/doc: trees, reading YAML and JSON, errors and limits.
#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "io/doc.h"

static struct node *read_one(struct doc *d, const char *text)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_yaml_one(d, span_str(text), "f.yaml", &err);

    if (!n)
        fail_msg("%s: %s", text, err_message(err));
    return n;
}

// Reading fails with ERR_CONFIG and a message that has `words`.
static void check_refused(const char *text, size_t len, const char *words)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list all = {0};

    if (doc_read_yaml(d, span_of(text, len), "f.yaml", &all, &err) == 0)
        fail_msg("%s was read", text);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    if (!strstr(err_message(err), words))
        fail_msg("\"%s\" lacks \"%s\"", err_message(err), words);
}

static void refused(const char *text, const char *words)
{
    check_refused(text, strlen(text), words);
}

static void test_doc__reads_maps_and_lists(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = read_one(d, "a: {b: [1, x]}\nc: true\n");

    (void)state;
    assert_int_equal(node_int(node_item(node_path(n, "a", "b"), 0), 0), 1);
    assert_string_equal(node_str(node_item(node_path(n, "a", "b"), 1)), "x");
    assert_true(node_get_bool(n, "c", false));
    assert_null(node_path(n, "a", "nope", "b"));
    assert_null(node_get(NULL, "a"));
}

static void test_doc__knows_file_and_lines(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list all = {0};

    (void)state;
    assert_int_equal(doc_read_yaml(d, SPAN("# c\na: 1\n---\n\nb:\n  c: |\n    x\n  d: 2\n"),
                                   "f.yaml", &all, &err),
                     0);
    assert_int_equal(all.len, 2);
    assert_int_equal(node_get(all.items[0], "a")->line, 2);
    assert_int_equal(node_path(all.items[1], "b", "d")->line, 8);
    assert_string_equal(doc_file_name(d, all.items[1]->file), "f.yaml");
    assert_int_equal(all.items[1]->map.pairs[0].line, 5);
}

static void test_doc__folds_texts_of_several_lines(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = read_one(d, "a: one\n  two\n\n  three # c\nb: 'it''s  \n\n\n  so'\n"
                                 "c:\n- \"x\n  y \"\n- 1\n  2\n");

    (void)state;
    assert_string_equal(node_get_str(n, "a"), "one two\nthree");
    assert_string_equal(node_get_str(n, "b"), "it's\n\nso");
    assert_string_equal(node_str(node_item(node_get(n, "c"), 0)), "x y ");
    assert_string_equal(node_str(node_item(node_get(n, "c"), 1)), "1 2");
    assert_int_equal(node_item(node_get(n, "c"), 1)->line, 12);
    refused("a: one\n  two: 3\n", "f.yaml:2");
    refused("a: 'one\n  two\n", "f.yaml:");
}

static void test_doc__cuts_documents_as_kyaml_does(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list all = {0};

    (void)state;
    assert_int_equal(
        doc_read_yaml(d, SPAN("---\na: 1\n--- # two\n---\n# empty\n---\nb: 1\n...\n---\n"), "f",
                      &all, &err),
        0);
    assert_int_equal(all.len, 2);
    assert_non_null(node_get(all.items[1], "b"));
    refused("a: 1\n--- b\nc: 1\n", "f.yaml:2: the separator --- is followed by \"b\"");
}

static void test_doc__drops_carriage_returns_and_byte_order_mark(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = read_one(d, "\xef\xbb\xbf"
                                 "a: |\r\n  x\r\n  y\r\nb: z\r\n");

    (void)state;
    assert_string_equal(node_get_str(n, "a"), "x\ny\n");
    assert_string_equal(node_get_str(n, "b"), "z");
}

static void test_doc__expands_aliases_and_merge_keys(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = read_one(d, "a: &x {p: 1, q: 2}\n"
                                 "b: {<<: *x, q: 3}\n"
                                 "c: {<<: [{q: 8, r: 9}, *x]}\n"
                                 "d: *x\n");

    (void)state;
    assert_int_equal(node_int(node_path(n, "b", "p"), 0), 1);
    assert_int_equal(node_int(node_path(n, "b", "q"), 0), 3);
    assert_int_equal(node_int(node_path(n, "c", "q"), 0), 8); // the first of the list wins
    assert_int_equal(node_int(node_path(n, "c", "p"), 0), 1);
    assert_true(node_equal(node_get(n, "a"), node_get(n, "d")));
    assert_ptr_not_equal(node_get(n, "a"), node_get(n, "d"));
}

static void test_doc__refuses_duplicate_keys_with_both_lines(void **state)
{
    (void)state;
    refused("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
            "f.yaml:5: the key \"c\" is already set in line 3");
    refused("a: {x: 1, 'x': 2}\n", "already set in line 1");
}

static void test_doc__refuses_what_json_cannot_hold(void **state)
{
    (void)state;
    refused("a: {1: b}\n", "the key 1 is not a string");
    refused("a: {[b]: c}\n", "cannot be a key");
    refused("~: b\n", "not a string");
    refused("a: .inf\n", "f.yaml:1: the value (infinity");
    refused("a: \"\\x7f\"\n", "control character");
}

static void test_doc__root_keys_may_be_any_scalar(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    (void)state;
    assert_string_equal(node_get_str(read_one(d, "0x10: a\n"), "0x10"), "a");
}

static void test_doc__names_line_and_problem_of_bad_syntax(void **state)
{
    (void)state;
    refused("a: b\nc: 'd\n", "f.yaml:");
    refused("a: b: c\n", "f.yaml:1: mapping values are not allowed");
    refused("a:\n\tb: c\n", "f.yaml:2: found character that cannot start any token");
    refused("a: 1\n---\nb: *x\n", "f.yaml:3: the anchor \"x\" is not defined above");
    refused("a: &x [*x]\n", "contains itself");
    refused("a: !!int x\n", "\"x\" is not a value of the type !!int");
    check_refused("a: b\xff\n", 6, "f.yaml:1");
}

// The fast reader looks at many bytes at once.
static void test_doc__sees_a_control_character_wherever_it_is(void **state)
{
    static const char controls[] = "\x01\x1f\x7f";
    char text[300];

    (void)state;
    for (size_t i = 3; i < sizeof(text) - 1; i++) {
        memset(text, 'x', sizeof(text));
        memcpy(text, "a: ", 3);
        text[sizeof(text) - 1] = '\0';
        text[i] = controls[i % 3];
        refused(text, "control characters are not allowed");
    }
}

static void test_doc__limits_depth(void **state)
{
    char text[2 * (DOC_DEPTH_MAX + 1) + 1];

    (void)state;
    memset(text, '[', DOC_DEPTH_MAX + 1);
    memset(text + DOC_DEPTH_MAX + 1, ']', DOC_DEPTH_MAX + 1);
    check_refused(text, sizeof(text) - 1, "nested more than 128 levels");
}

static void test_doc__limits_alias_bombs(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    buf_add_str(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_printf(&text, "%s*a%d", k ? ", " : "", i - 1);
        buf_add_str(&text, "]\n");
    }
    check_refused(buf_str(&text), text.len, "aliases expand to more than 200000 nodes");
}

static void test_doc__big_maps_are_read_in_linear_time(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *n;

    (void)state;
    for (int i = 0; i < 200000; i++) // far beyond what pairwise comparing could do in a test
        buf_printf(&text, "key%d: value\n", i);
    n = read_one(d, buf_str(&text));
    assert_int_equal(node_len(n), 200000);
}

static void test_doc__yaml11_is_what_kustomization_files_are_read_as(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n =
        doc_read_yaml11(d, SPAN("a: yes\nb: 2020-01-01\nc: {1: x, 0x10: v}\n"), "k", &err);

    (void)state;
    assert_non_null(n);
    assert_true(node_get_bool(n, "a", false));
    assert_string_equal(node_get_str(n, "b"), "2020-01-01");
    assert_string_equal(node_get_str(node_get(n, "c"), "16"), "v");
}

static void test_doc__reads_json(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_json(d, SPAN("{\"a\": [1, 2.5, 1e3, \"\\u00e9\\u0000\", null]}"), "j",
                                   ERR_API, &err);

    (void)state;
    assert_non_null(n);
    n = node_get(n, "a");
    assert_int_equal(node_int(node_item(n, 0), 0), 1);
    assert_int_equal(node_item(n, 1)->type, NODE_FLOAT);
    assert_int_equal(node_int(node_item(n, 2), 0), 1000);
    assert_int_equal(node_text(node_item(n, 3)).len, 3);
    assert_int_equal(node_item(n, 4)->type, NODE_NULL);
    assert_null(doc_read_json(d, SPAN("{\"a\":1,\"a\":2}"), "j", ERR_API, &err));
    assert_int_equal(err_kind(err), ERR_API);
}

static void test_doc__json_of_helm_keeps_the_last_of_equal_keys(void **state)
{
    static const char text[] = "{\"a\":1,\"b\":{\"c\":1,\"c\":{\"d\":2}},\"a\":[],\"e\":0,\"a\":3}";
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;
    struct node *n = doc_read_json_last(d, SPAN(text), "j", ERR_CONFIG, &err);

    (void)state;
    assert_non_null(n);
    doc_write_json(n, false, &out);
    assert_string_equal(buf_str(&out), "{\"b\":{\"c\":{\"d\":2}},\"e\":0,\"a\":3}");
}

static void test_doc__json_is_read_strictly(void **state)
{
    static const char *const texts[][2] = {
        {"", "a value is missing"},
        {"[1,]", "a value is missing near ']'"},
        {"{\"a\" 1}", "the colon behind a key is missing near '1}'"},
        {"{a:1}", "a key is missing near 'a:1}'"},
        {"[\n1\n2]", "f:3: the end of a list is missing near '2]'"},
        {"{} x", "the end of the text is missing near 'x'"},
        {"[01]", "the end of a list is missing near '1]'"},
        {"[+1]", "a value is missing"},
        {"[1.]", "a value is missing"},
        {"nul", "a value is missing"},
        {"[1e999]", "too large"},
        {"[\"\t\"]", "control character"},
        {"[\"\\x\"]", "invalid escape"},
        {"[\"\\ud800\"]", "invalid escape"},
        {"[\"\xc0\x80\"]", "not UTF-8"},
        {"[\"\\", "a string without an end"},
        {"{\"a\\u0000\":1}", "a NUL in a key"},
        {"{\"a\":1,\n\"a\":2}", "f:2: the key \"a\" is already set in line 1"},
    };
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_null(doc_read_json(d, span_str(texts[i][0]), "f", ERR_API, &err));
        assert_err(err, ERR_API, texts[i][1]);
    }
}

static void test_doc__json_keeps_texts_and_numbers(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_json(d,
                                   SPAN(" [\"\\ud83d\\ude00\\u20ac\\u00e9\\n\\/\", -0, "
                                        "12345678901234567890, 9007199254740993]"),
                                   "f", ERR_API, &err);

    (void)state;
    assert_non_null(n);
    assert_string_equal(node_str(node_item(n, 0)), "\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9\n/");
    assert_true(span_is(node_scalar(node_item(n, 1)), "0"));
    assert_true(span_is(node_scalar(node_item(n, 2)), "12345678901234567000"));
    assert_true(span_is(node_scalar(node_item(n, 3)), "9007199254740993"));
}

static void test_doc__writes_json_with_gos_escapes(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    doc_write_json(read_one(d, "b: \"<a&b>\\u2028\\n\\x01\"\na: [1.5, 1e-7, 1e21, ~]\n"), true,
                   &out);
    assert_string_equal(buf_str(&out), "{\"a\":[1.5,1e-7,1e+21,null],"
                                       "\"b\":\"\\u003ca\\u0026b\\u003e\\u2028\\n\\u0001\"}");
}

static void test_doc__json_is_always_utf8(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    doc_write_json(node_new_str(d, SPAN("\xff\xc3\xa4\xed\xa0\x80<\xe2\x80\xa9\xe2\x82")), true,
                   &out);
    assert_string_equal(buf_str(&out), "\"\\ufffd\xc3\xa4\\ufffd\\ufffd\\ufffd\\u003c\\u2029"
                                       "\\ufffd\\ufffd\"");
}

static void test_doc__edits_maps_and_lists(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *map = node_new_map(d);
    struct node *seq = node_new_seq(d);

    (void)state;
    node_set_str(d, map, "a", SPAN("1"));
    node_set_str(d, map, "b", SPAN("2"));
    node_set_str(d, map, "a", SPAN("3"));
    assert_int_equal(node_len(map), 2);
    assert_string_equal(node_str(map->map.pairs[0].value), "3"); // in its place
    assert_true(node_remove(map, SPAN("a")));
    assert_false(node_remove(map, SPAN("a")));
    for (int i = 0; i < 10; i++)
        node_push(d, seq, node_new_int(d, i));
    node_insert_item(d, seq, 0, node_new_bool(d, true));
    node_remove_item(seq, 1);
    assert_int_equal(node_len(seq), 10);
    assert_true(node_bool(node_item(seq, 0), false));
    assert_int_equal(node_int(node_item(seq, 9), 0), 9);
}

static void test_doc__compares_and_copies_trees(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct doc *other CLEANUP(doc_cleanup) = doc_new();
    struct node *a = read_one(d, "a: {x: 0755, y: ~}\nb: [1, '1']\n");
    struct node *b = read_one(other, "b: [1, '1']\na: {y: null, x: 493}\n");
    struct node *copy = node_copy(other, a);

    (void)state;
    assert_true(node_equal(a, b));
    assert_true(node_equal(a, copy));
    assert_true(span_is(node_source(node_path(copy, "a", "x")), "0755"));
    node_set(other, node_get(copy, "a"), SPAN("x"), node_new_str(other, SPAN("493")));
    assert_false(node_equal(a, copy));
}

static void test_doc__keeps_what_was_written(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = read_one(d, "a: 0755\nb: ~\nc:\nd: '5'\ne: 2020-01-01\nf: TRUE\ng: plain\n");

    (void)state;
    assert_true(span_is(node_source(node_get(n, "a")), "0755"));
    assert_true(span_is(node_source(node_get(n, "b")), "~"));
    assert_int_equal(node_source(node_get(n, "c")).len, 0);
    assert_true(node_get(n, "d")->flags & NODE_QUOTED);
    assert_string_equal(node_get_str(n, "e"), "2020-01-01T00:00:00Z");
    assert_true(span_is(node_source(node_get(n, "e")), "2020-01-01"));
    assert_true(span_is(node_scalar(node_get(n, "f")), "true"));
    assert_false(node_get(n, "g")->flags & NODE_QUOTED);
}

static void expect_identity(const char *text, const char *group, const char *label)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = read_one(d, text);
    char *found CLEANUP(mem_cleanup) = node_label(n);

    assert_true(span_is(node_identity(n).group, group));
    assert_string_equal(found, label);
}

static void test_doc__says_which_object_it_is(void **state)
{
    (void)state;
    expect_identity("{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: a, name: b}}",
                    "apps", "Deployment a/b");
    expect_identity("{apiVersion: v1, kind: Namespace, metadata: {name: b}}", "", "Namespace b");
    expect_identity("{kind: [], metadata: {name: 1}}", "", "");
}

UNIT_MAIN(UNIT(test_doc__reads_maps_and_lists), UNIT(test_doc__knows_file_and_lines),
          UNIT(test_doc__folds_texts_of_several_lines),
          UNIT(test_doc__cuts_documents_as_kyaml_does),
          UNIT(test_doc__drops_carriage_returns_and_byte_order_mark),
          UNIT(test_doc__expands_aliases_and_merge_keys),
          UNIT(test_doc__refuses_duplicate_keys_with_both_lines),
          UNIT(test_doc__refuses_what_json_cannot_hold),
          UNIT(test_doc__root_keys_may_be_any_scalar),
          UNIT(test_doc__names_line_and_problem_of_bad_syntax), UNIT(test_doc__limits_depth),
          UNIT(test_doc__sees_a_control_character_wherever_it_is),
          UNIT(test_doc__limits_alias_bombs), UNIT(test_doc__big_maps_are_read_in_linear_time),
          UNIT(test_doc__yaml11_is_what_kustomization_files_are_read_as),
          UNIT(test_doc__reads_json), UNIT(test_doc__json_of_helm_keeps_the_last_of_equal_keys),
          UNIT(test_doc__json_is_read_strictly), UNIT(test_doc__json_keeps_texts_and_numbers),
          UNIT(test_doc__writes_json_with_gos_escapes), UNIT(test_doc__json_is_always_utf8),
          UNIT(test_doc__edits_maps_and_lists), UNIT(test_doc__compares_and_copies_trees),
          UNIT(test_doc__keeps_what_was_written), UNIT(test_doc__says_which_object_it_is))
