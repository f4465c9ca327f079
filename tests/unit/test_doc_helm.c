// SPDX-License-Identifier: Apache-2.0
// io/doc: YAML as Helm reads the files of a chart. What is expected was printed by sigs.k8s.io/yaml
// 1.6.0, which Helm 4.2 stands on.
#include "unit.h"

#include <time.h>

#include "base/buf.h"
#include "io/doc.h"

// The documents of a text as JSON, one after the other; NULL when it is refused.
static bool as_json(struct span text, struct buf *out, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list all = {0};

    if (doc_read_helm(d, text, "values.yaml", &all, err) < 0)
        return false;
    for (size_t i = 0; i < all.len; i++)
        doc_write_json(all.items[i], true, out);
    return true;
}

static void reads(const char *text, const char *json)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!as_json(span_str(text), &out, &err))
        fail_msg("%s: %s", text, err_message(err));
    assert_string_equal(buf_str(&out), json);
}

static void refused(const char *text, const char *words)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (as_json(span_str(text), &out, &err))
        fail_msg("%s was read", text);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    if (!strstr(err_message(err), words))
        fail_msg("\"%s\" lacks \"%s\"", err_message(err), words);
}

static void test_doc_helm__last_of_equal_keys_counts(void **state)
{
    (void)state;
    reads("a: 1\nb: 2\na: 3\nm: {x: 1}\nm: {z: 2}\n", "{\"a\":3,\"b\":2,\"m\":{\"z\":2}}");
    reads("on: 1\n\"true\": 2\nyes: 3\n", "{\"true\":3}");
}

static void test_doc_helm__keys_become_text(void **state)
{
    (void)state;
    reads("12: a\nn: b\n0x10: c\n1.10: d\n1e7: e\n123456789.5: f\n0.00001: g\n2020-01-01: "
          "h\n12345678901234567: i\n",
          "{\"1.1\":\"d\",\"1.2345679e+08\":\"f\",\"12\":\"a\",\"12345678901234567\":\"i\",\"16\":"
          "\"c\",\"1e+07\":\"e\","
          "\"1e-05\":\"g\",\"2020-01-01\":\"h\",\"false\":\"b\"}");
    refused("a:\n  ~: 1\n", "values.yaml:2: the key ~");
    refused("? \n: 1\n", "values.yaml:1: the key is null");
    refused("[a]: 1\n", "cannot be a key");
}

static void test_doc_helm__merge_keys_count_where_they_stand(void **state)
{
    (void)state;
    reads("b: &b {x: 1, z: 2}\na:\n  x: 0\n  <<: *b\n  z: 9\n",
          "{\"a\":{\"x\":1,\"z\":9},\"b\":{\"x\":1,\"z\":2}}");
    reads("b: &b {x: 1}\nc: &c {x: 2, z: 3}\na:\n  <<: *b\n  <<: *c\n",
          "{\"a\":{\"x\":2,\"z\":3},\"b\":{\"x\":1},\"c\":{\"x\":2,\"z\":3}}");
    reads("b: &b {x: 1}\nc: &c {x: 2, z: 3}\na:\n  <<: [*b, *c]\n",
          "{\"a\":{\"x\":1,\"z\":3},\"b\":{\"x\":1},\"c\":{\"x\":2,\"z\":3}}");
    reads("\"<<\": 1\n", "{\"\\u003c\\u003c\":1}");
    refused("a: {<<: 1}\n", "a merge key << takes a map");
}

static void test_doc_helm__numbers_are_doubles_and_words_of_yaml_1_1_booleans(void **state)
{
    (void)state;
    reads(
        "a: 12345678901234567\nb: 18446744073709551615\nc: 1_000\nd: 017\ne: 0o17\nf: 08\ng: 1.0\n",
        "{\"a\":12345678901234568,\"b\":18446744073709552000,\"c\":1000,\"d\":15,\"e\":15,\"f\":8,"
        "\"g\":1}");
    reads(
        "a: [y, off, ~, '', \"no\"]\nb: 12:30:45\nc: 2020-01-01\nd: =\ne: !!binary aGk=\n",
        "{\"a\":[true,false,null,\"\",\"no\"],\"b\":\"12:30:45\",\"c\":\"2020-01-01\",\"d\":\"=\","
        "\"e\":\"hi\"}");
    refused("a: .inf\n", "values.yaml:1");
}

static void test_doc_helm__documents_stay_apart(void **state)
{
    (void)state;
    reads("\xef\xbb\xbf# nothing\n---\na: 1\n--- # two\n---\nb: 2\n...\nc: 3\n",
          "{\"a\":1}{\"b\":2}");
    reads("", "");
    reads("# only a comment\n", "");
    refused("a: 1\n--- b: 2\n", "values.yaml:2: the separator");
}

// Kustomize's own detours over YAML and JSON are not Helm's.
static void test_doc_helm__texts_stay_as_they_are(void **state)
{
    (void)state;
    reads("a: >\n  x\n\n    y\n  z\n", "{\"a\":\"x\\n\\n  y\\nz\\n\"}");
    reads("a: \"\\u007f\\x80\"\n", "{\"a\":\"\x7f\xc2\x80\"}");
    reads("a: |2\n  \ttab\n", "{\"a\":\"\\ttab\\n\"}");
}

static double seconds_to_read(size_t repeats)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    clock_t start;

    for (size_t i = 0; i < repeats; i++)
        buf_printf(&text, "key%zu: 1\n", i);
    for (size_t i = 0; i < repeats; i++)
        buf_printf(&text, "key%zu: 2\n", i);
    start = clock();
    assert_true(as_json(buf_span(&text), &out, &err));
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void test_doc_helm__repeated_keys_are_read_in_linear_time(void **state)
{
    double small = seconds_to_read(5000);

    (void)state;
    assert_true(seconds_to_read(20000) < 12 * small);
}

UNIT_MAIN(UNIT(test_doc_helm__last_of_equal_keys_counts), UNIT(test_doc_helm__keys_become_text),
          UNIT(test_doc_helm__merge_keys_count_where_they_stand),
          UNIT(test_doc_helm__numbers_are_doubles_and_words_of_yaml_1_1_booleans),
          UNIT(test_doc_helm__documents_stay_apart), UNIT(test_doc_helm__texts_stay_as_they_are),
          UNIT(test_doc_helm__repeated_keys_are_read_in_linear_time))
