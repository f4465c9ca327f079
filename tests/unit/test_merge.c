// SPDX-License-Identifier: Apache-2.0
// model/kustomize/merge/merge: strategic merge. The expected results are those of kustomize 5.8.1.
#include "unit.h"

#include "base/buf.h"
#include "model/kustomize/merge/merge.h"
#include "model/kustomize/schema/schema.h"

static struct node *read_one(struct doc *d, const char *text, const char *file)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_yaml_one(d, span_str(text), file, &err);

    if (!n)
        fail_msg("%s: %s", text, err_message(err));
    return n;
}

static void check_with(const char *openapi, const char *target, const char *patch,
                       const char *expected)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct schemas *schemas = schemas_new(d);
    struct node *result;

    if (openapi)
        assert_int_equal(
            schemas_use_custom(schemas, read_one(d, openapi, "o"), SCHEMAS_NOT_BUILTIN, &err), 0);
    if (merge_patch(d, schemas, read_one(d, target, "t"), read_one(d, patch, "p"), &result, &err) <
        0)
        fail_msg("%s", err_message(err));
    if (result)
        doc_write_yaml(result, &out);
    assert_string_equal(buf_str(&out), expected);
}

static void check(const char *target, const char *patch, const char *expected)
{
    check_with(NULL, target, patch, expected);
}

// For targets and patches of a Deployment's pod spec.
#define POD(spec) "{apiVersion: v1, kind: Pod, spec: {" spec "}}"
#define POD_IS(spec) "apiVersion: v1\nkind: Pod\nspec:\n" spec

static void test_merge__merges_maps_and_replaces_scalars(void **state)
{
    (void)state;
    check("{a: {b: 1, c: 2}, d: x}", "{a: {c: 3, e: 4}, d: z}",
          "a:\n  b: 1\n  c: 3\n  e: 4\nd: z\n");
}

static void test_merge__null_removes(void **state)
{
    (void)state;
    check("{a: 1, b: {c: 2, d: 3}}", "{a: null, b: {c: ~}, e: null}", "b:\n  d: 3\n");
}

static void test_merge__a_written_null_of_the_target_stays(void **state)
{
    (void)state;
    check("a: null\nb:\nc: ~\n", "d: 1\n", "a: null\nc: null\nd: 1\n");
}

static void test_merge__the_old_quotes_stay(void **state)
{
    (void)state;
    check("a: \"1\"\nb: 1\nc: '2'\n", "a: 2\nb: \"3\"\nc: 0755\n",
          "a: \"2\"\nb: \"3\"\nc: \"0755\"\n");
}

static void test_merge__lists_of_unknown_kinds_are_replaced(void **state)
{
    (void)state;
    check("{kind: X, apiVersion: x/v1, l: [{name: a}]}", "{l: [{name: b}]}",
          "apiVersion: x/v1\nkind: X\nl:\n- name: b\n");
}

static void test_merge__elements_with_keys_are_merged_patch_first(void **state)
{
    (void)state;
    check(POD("containers: [{name: a, image: x, args: [q]}, {name: b, image: y}]"),
          POD("containers: [{name: c, image: new}, {name: b, image: z}]"),
          POD_IS("  containers:\n  - image: new\n    name: c\n  - image: z\n    name: b\n"
                 "  - args:\n    - q\n    image: x\n    name: a\n"));
}

static void test_merge__several_keys_tell_elements_apart(void **state)
{
    (void)state;
    check(
        POD("containers: [{name: a, ports: [{containerPort: 53, protocol: TCP}, "
            "{containerPort: 53, protocol: UDP, name: u}]}]"),
        POD("containers: [{name: a, ports: [{containerPort: 53, protocol: UDP, name: v}]}]"),
        POD_IS(
            "  containers:\n  - name: a\n    ports:\n    - containerPort: 53\n      protocol: TCP\n"
            "    - containerPort: 53\n      name: v\n      protocol: UDP\n"));
}

static void test_merge__plain_values_are_united(void **state)
{
    (void)state;
    check("{apiVersion: v1, kind: Pod, metadata: {finalizers: [a, b, c]}}",
          "{metadata: {finalizers: [z, b]}}",
          "apiVersion: v1\nkind: Pod\nmetadata:\n  finalizers:\n  - z\n  - b\n  - a\n  - c\n");
}

static void test_merge__patch_delete_removes_elements_and_objects(void **state)
{
    (void)state;
    check(POD("containers: [{name: a}, {name: b}]"), POD("containers: [{name: a, $patch: delete}]"),
          POD_IS("  containers:\n  - name: b\n"));
    check("{a: {b: 1}, c: 2}", "{a: {$patch: delete}}", "c: 2\n");
    check("{a: 1}", "{$patch: delete}", "");
}

static void test_merge__patch_replace_replaces_maps_and_lists(void **state)
{
    (void)state;
    check("{a: {b: 1}, c: 2}", "{a: {$patch: replace, d: 3}}", "a:\n  d: 3\nc: 2\n");
    check("{a: 1}", "{$patch: replace, b: 2}", "a: 1\n"); // of a whole object it does nothing
    check(POD("containers: [{name: a}, {name: b}]"),
          POD("containers: [{$patch: replace}, {name: c}]"),
          POD_IS("  containers:\n  - name: c\n"));
}

static void test_merge__patch_merge_is_the_rule(void **state)
{
    (void)state;
    check("{a: {b: 1}}", "{a: {$patch: merge, c: 2}}", "a:\n  b: 1\n  c: 2\n");
}

static void test_merge__other_directives_are_fields_to_kustomize(void **state)
{
    (void)state;
    check("{a: {b: 1}}", "{a: {$retainKeys: [c], c: 2}}",
          "a:\n  $retainKeys:\n  - c\n  b: 1\n  c: 2\n");
    check("{apiVersion: v1, kind: Pod, metadata: {finalizers: [a]}}",
          "{metadata: {$deleteFromPrimitiveList/finalizers: [a]}}",
          "apiVersion: v1\nkind: Pod\nmetadata:\n  $deleteFromPrimitiveList/finalizers:\n  - a\n"
          "  finalizers:\n  - a\n");
}

static void test_merge__objects_in_objects_have_their_own_schema(void **state)
{
    (void)state;
    check("{apiVersion: x/v1, kind: X, pod: " POD("volumes: [{name: a}]") "}",
          "{pod: " POD("volumes: [{name: b}]") "}",
          "apiVersion: x/v1\nkind: X\npod:\n  apiVersion: v1\n  kind: Pod\n  spec:\n"
          "    volumes:\n    - name: b\n    - name: a\n");
}

static void test_merge__custom_schemas_take_the_place_of_the_built_in_ones(void **state)
{
    static const char openapi[] =
        "{definitions: {x: {properties: {l: {type: array, items: {type: object},"
        " x-kubernetes-patch-strategy: merge, x-kubernetes-patch-merge-key: id}},"
        " x-kubernetes-group-version-kind: [{group: x, version: v1, kind: X}]}}}";

    (void)state;
    check_with(openapi, "{apiVersion: x/v1, kind: X, l: [{id: a, v: 1}]}", "{l: [{id: a, w: 2}]}",
               "apiVersion: x/v1\nkind: X\nl:\n- id: a\n  v: 1\n  w: 2\n");
    check_with(openapi, POD("volumes: [{name: a}]"), POD("volumes: [{name: b}]"),
               POD_IS("  volumes:\n  - name: b\n"));
}

static void refused(const char *target, const char *patch, const char *words)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *result;

    assert_int_equal(merge_patch(d, schemas_new(d), read_one(d, target, "t"),
                                 read_one(d, patch, "p"), &result, &err),
                     -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    if (!strstr(err_message(err), words))
        fail_msg("\"%s\" lacks \"%s\"", err_message(err), words);
    assert_non_null(err_hint_text(err));
}

static void test_merge__refuses_kinds_that_do_not_meet(void **state)
{
    (void)state;
    refused("{a: {b: [1]}}", "a:\n  b:\n    c: 1\n",
            "p:3: a.b: map in the patch, list in the object");
    refused("{a: 1}", "{a: {b: 1}}", "p:1: a: map in the patch, integer in the object");
}

static void test_merge__refuses_unknown_directives(void **state)
{
    (void)state;
    refused("{a: {b: 1}}", "{a: {$patch: remove}}", "p:1: a: unknown value of $patch");
}

static void test_schema__knows_scopes(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct schemas *s = schemas_new(d);

    (void)state;
    assert_int_equal(schema_scope(s, SPAN("v1"), SPAN("Namespace")), SCOPE_CLUSTER);
    assert_int_equal(schema_scope(s, SPAN("apps/v1"), SPAN("Deployment")), SCOPE_NAMESPACED);
    assert_int_equal(schema_scope(s, SPAN("x/v1"), SPAN("X")), SCOPE_UNKNOWN);
    assert_int_equal(
        schemas_use_custom(
            s,
            read_one(d,
                     "{definitions: {}, paths: {'/apis/x/v1/namespaces/{namespace}/x': {get: "
                     "{x-kubernetes-group-version-kind: {group: x, version: v1, kind: X}}}}}",
                     "o"),
            SCHEMAS_NOT_BUILTIN, &err),
        0);
    assert_int_equal(schema_scope(s, SPAN("x/v1"), SPAN("X")), SCOPE_NAMESPACED);
    assert_int_equal(schema_scope(s, SPAN("v1"), SPAN("Namespace")), SCOPE_CLUSTER);
}

UNIT_MAIN(UNIT(test_merge__merges_maps_and_replaces_scalars), UNIT(test_merge__null_removes),
          UNIT(test_merge__a_written_null_of_the_target_stays),
          UNIT(test_merge__the_old_quotes_stay),
          UNIT(test_merge__lists_of_unknown_kinds_are_replaced),
          UNIT(test_merge__elements_with_keys_are_merged_patch_first),
          UNIT(test_merge__several_keys_tell_elements_apart),
          UNIT(test_merge__plain_values_are_united),
          UNIT(test_merge__patch_delete_removes_elements_and_objects),
          UNIT(test_merge__patch_replace_replaces_maps_and_lists),
          UNIT(test_merge__patch_merge_is_the_rule),
          UNIT(test_merge__other_directives_are_fields_to_kustomize),
          UNIT(test_merge__objects_in_objects_have_their_own_schema),
          UNIT(test_merge__custom_schemas_take_the_place_of_the_built_in_ones),
          UNIT(test_merge__refuses_kinds_that_do_not_meet),
          UNIT(test_merge__refuses_unknown_directives), UNIT(test_schema__knows_scopes))
