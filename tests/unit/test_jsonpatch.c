// SPDX-License-Identifier: Apache-2.0
// model/kustomize/merge/jsonpatch: RFC 6902 with the leniencies of kustomize's library.
#include "unit.h"

#include "base/buf.h"
#include "model/kustomize/merge/jsonpatch.h"

// Applies a patch to a target; the result as YAML in `out`, or the error.
static int apply(const char *target, const char *patch, struct buf *out, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = doc_read_yaml_one(d, span_str(target), "t", err);
    struct jsonpatch *p = n ? jsonpatch_parse(d, span_str(patch), "p", err) : NULL;

    if (!p || jsonpatch_apply(d, p, n, err) < 0)
        return -1;
    doc_write_yaml(n, out);
    return 0;
}

static void check(const char *target, const char *patch, const char *expected)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (apply(target, patch, &out, &err) < 0)
        fail_msg("%s: %s", patch, err_message(err));
    assert_string_equal(buf_str(&out), expected);
}

static void refused(const char *target, const char *patch, const char *words)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (apply(target, patch, &out, &err) == 0)
        fail_msg("%s was applied", patch);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    if (!strstr(err_message(err), words))
        fail_msg("\"%s\" lacks \"%s\"", err_message(err), words);
}

static void test_jsonpatch__adds(void **state)
{
    (void)state;
    check("{a: {}}", "- {op: add, path: /a/b, value: {c: 1}}", "a:\n  b:\n    c: 1\n");
    check("{a: [1, 2]}", "- {op: add, path: /a/1, value: x}", "a:\n- 1\n- x\n- 2\n");
    check("{a: [1, 2]}", "- {op: add, path: /a/-, value: x}", "a:\n- 1\n- 2\n- x\n");
    check("{a: [1, 2]}", "- {op: add, path: /a/-1, value: x}", "a:\n- 1\n- 2\n- x\n");
    check("{a: [1, 2]}", "- {op: add, path: /a/2, value: x}", "a:\n- 1\n- 2\n- x\n");
    check("{}", "- {op: add, path: /a}", "a: null\n");
}

static void test_jsonpatch__decodes_pointers(void **state)
{
    (void)state;
    check("{a: {}}", "- {op: add, path: /a/x~1y~0z~01, value: 1}", "a:\n  x/y~z~1: 1\n");
}

static void test_jsonpatch__removes_and_replaces(void **state)
{
    (void)state;
    check("{a: [1, 2, 3], b: 4}",
          "[{\"op\":\"remove\",\"path\":\"/a/-2\"},{\"op\":\"remove\",\"path\":\"/b\"}]",
          "a:\n- 1\n- 3\n");
    check("{a: [1, 2]}", "- {op: replace, path: /a/0, value: 5}", "a:\n- 5\n- 2\n");
    check("{a: 1}", "- {op: replace, path: /b, value: 5}", "a: 1\nb: 5\n"); // it need not be there
    check("{a: 1}", "- {op: replace, path: '', value: {c: 2}}", "c: 2\n");
}

static void test_jsonpatch__moves_and_copies(void **state)
{
    (void)state;
    check("{a: {b: 1}, c: []}", "- {op: move, from: /a/b, path: /c/-}", "a: {}\nc:\n- 1\n");
    check("{a: {b: 1}}", "- {op: copy, from: /a, path: /d}\n- {op: add, path: /d/e, value: 2}",
          "a:\n  b: 1\nd:\n  b: 1\n  e: 2\n");
}

static void test_jsonpatch__tests(void **state)
{
    (void)state;
    check("{a: {b: [1, x]}}", "- {op: test, path: /a, value: {b: [1, x]}}",
          "a:\n  b:\n  - 1\n  - x\n");
    check("{a: null}", "- {op: test, path: /a}\n- {op: test, path: /b, value: null}", "a: null\n");
    refused("{a: \"1\"}", "- {op: test, path: /a, value: 1}", "the value is another one");
}

static void test_jsonpatch__reads_values_as_yaml_11(void **state)
{
    (void)state;
    check("{}", "- {op: add, path: /a, value: {b: yes, c: 2020-01-01, 1: x}}",
          "a:\n  \"1\": x\n  b: true\n  c: \"2020-01-01\"\n");
}

static void test_jsonpatch__numbers_pass_through_doubles(void **state)
{
    (void)state;
    check("{a: 9007199254740993, b: 0755}", "- {op: add, path: /c, value: 1}",
          "a: 9007199254740992\nb: 493\nc: 1\n");
}

static void test_jsonpatch__names_what_is_missing(void **state)
{
    (void)state;
    refused("{a: {}}", "- {op: add, path: /a/b/c, value: 1}",
            "p:1: operation 1 (add) at \"/a/b/c\": /a/b is missing in the object");
    refused("{a: 1}", "- {op: add, path: /x, value: 1}\n- {op: remove, path: /b}",
            "operation 2 (remove) at \"/b\": there is no such field to remove");
    refused("{a: [1]}", "- {op: add, path: /a/3, value: 1}", "the list has no such index");
    refused("{a: [1]}", "- {op: replace, path: /a/1, value: 1}", "the list has no such index");
    refused("{a: [1]}", "- {op: remove, path: /a/x}", "the list has no such index");
    refused("{a: 1}", "- {op: add, path: /a/b, value: 1}", "/a is integer in the object");
    refused("{a: 1}", "- {op: add, path: a, value: 1}", "the path does not start with /");
}

static void test_jsonpatch__refuses_what_is_no_operation(void **state)
{
    (void)state;
    refused("{}", "- {op: set, path: /a}", "unknown operation");
    refused("{}", "- {op: add, value: 1}", "no \"path\"");
    refused("{}", "- {op: move, path: /a}", "no \"from\"");
    refused("{}", "{op: add, path: /a}", "a list of operations, not a map");
    refused("{}", "- text", "an operation of a JSON patch is a map, not a string");
    refused("{}", "[{\"op\": }]", "p:1");
}

UNIT_MAIN(UNIT(test_jsonpatch__adds), UNIT(test_jsonpatch__decodes_pointers),
          UNIT(test_jsonpatch__removes_and_replaces), UNIT(test_jsonpatch__moves_and_copies),
          UNIT(test_jsonpatch__tests), UNIT(test_jsonpatch__reads_values_as_yaml_11),
          UNIT(test_jsonpatch__numbers_pass_through_doubles),
          UNIT(test_jsonpatch__names_what_is_missing),
          UNIT(test_jsonpatch__refuses_what_is_no_operation))
