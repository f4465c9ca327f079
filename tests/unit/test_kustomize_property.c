// SPDX-License-Identifier: Apache-2.0
// Properties of builds that hold for every tree, tried on one with many features; and what the
// result says about origins.
#include "test_kustomize.h"

#define DEPLOYMENT(name)                                                                           \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " name ", labels: {app: " name "}}\n" \
    "spec:\n  replicas: 1\n  template:\n    spec:\n      serviceAccountName: runner\n"             \
    "      containers:\n      - {name: main, image: 'nginx:1', envFrom: [{configMapRef: "          \
    "{name: settings}}]}\n"

static const char top[] =
    "resources: [%s]\nnamespace: shop\nnameSuffix: -s\ncommonAnnotations: {by: tests}\n"
    "labels: [{pairs: {team: a}, includeSelectors: true}]\n"
    "images: [{name: nginx, newName: mirror/nginx, newTag: '2'}]\n"
    "replicas: [{name: web, count: 3}]\n"
    "patches:\n- target: {kind: Deploy.*}\n  patch: "
    "'- {op: add, path: /spec/paused, value: true}'\n"
    "replacements:\n- source: {kind: ServiceAccount, name: runner}\n"
    "  targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.runner], "
    "options: {create: true}}]\n";

static void build_top(const char *resources, struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span before = span_str(top);
    size_t at = span_search(before, SPAN("%s"));

    buf_add_span(&text, span_head(before, at));
    buf_add_str(&text, resources);
    buf_add_span(&text, span_tail(before, at + 2));
    const struct test_file files[] = {
        {"/top/kustomization.yaml", buf_str(&text)},
        {"/top/api.yaml", DEPLOYMENT("api")},
        {"/base/kustomization.yaml", "resources: [web.yaml, runner.yaml]\nnamePrefix: b-\n"
                                     "configMapGenerator: [{name: settings, literals: [a=b]}]\n"},
        {"/base/web.yaml", DEPLOYMENT("web")},
        {"/base/runner.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n"},
        {NULL, NULL},
    };
    if (test_build(files, "/top", out, &err) < 0)
        fail_msg("%s", err_message(err));
}

static void test_kustomize_property__twice_gives_the_same(void **state)
{
    (void)state;
    struct buf a CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf b CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    build_top("../base, api.yaml", &a);
    build_top("../base, api.yaml", &b);
    assert_string_equal(buf_str(&a), buf_str(&b));
    assert_non_null(strstr(buf_str(&a), "serviceAccountName: b-runner-s"));
    assert_non_null(strstr(buf_str(&a), "image: mirror/nginx:2"));
}

static void test_kustomize_property__rendering_the_output_changes_nothing(void **state)
{
    (void)state;
    struct buf once CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    build_top("../base, api.yaml", &once);
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [all.yaml]\n"},
        {"/all.yaml", buf_str(&once)},
        {NULL, NULL},
    };
    test_expect(files, "/", buf_str(&once));
}

static void test_kustomize_property__order_of_resources_is_order_of_documents(void **state)
{
    (void)state;
    struct buf a CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf b CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    // The printed order does not depend on it at all.
    build_top("../base, api.yaml", &a);
    build_top("api.yaml, ../base", &b);
    assert_string_equal(buf_str(&a), buf_str(&b));
}

static void test_kustomize_property__objects_know_their_origin(void **state)
{
    (void)state;
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_result r CLEANUP(kustomize_result_free) = {0};
    struct kustomize_options options = {
        .tree = tree, .folder = "/top", .relative_to = "/", .track_transformers = true};
    struct err *err CLEANUP(err_cleanup) = NULL;

    kustomize_tree_add(tree, "/top/kustomization.yaml",
                       SPAN("resources: [../base]\nnamePrefix: p-\n"
                            "configMapGenerator: [{name: own, literals: [a=b]}]\n"));
    kustomize_tree_add(tree, "/base/kustomization.yaml", SPAN("resources: [c.yaml]\n"));
    kustomize_tree_add(tree, "/base/c.yaml", SPAN("# a comment\n" TEST_CONFIGMAP("c")));
    assert_int_equal(kustomize_build(&options, &r, &err), 0);
    assert_int_equal(r.len, 2);
    assert_string_equal(r.objects[0].file, "base/c.yaml");
    assert_int_equal(r.objects[0].line, 2);
    assert_int_equal(r.objects[0].chain_len, 2);
    assert_string_equal(r.objects[0].chain[0], "../base");
    assert_string_equal(r.objects[0].chain[1], "c.yaml");
    assert_null(r.objects[0].generator);
    assert_int_equal(r.objects[0].touched_len, 1);
    assert_string_equal(r.objects[0].touched[0], "kustomization.yaml: PrefixTransformer");
    assert_int_equal(r.objects[1].chain_len, 0);
    assert_string_equal(r.objects[1].generator, "configMapGenerator");
}

static void test_kustomize_property__links_in_a_tree_are_followed(void **state)
{
    (void)state;
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_result r CLEANUP(kustomize_result_free) = {0};
    struct kustomize_options options = {.tree = tree, .folder = "/top"};
    struct err *err CLEANUP(err_cleanup) = NULL;

    kustomize_tree_add(tree, "/top/kustomization.yaml", SPAN("resources: [in.yaml]\n"));
    kustomize_tree_add(tree, "/top/real.yaml", SPAN(TEST_CONFIGMAP("c")));
    kustomize_tree_add(tree, "/out.yaml", SPAN(TEST_CONFIGMAP("d")));
    kustomize_tree_link(tree, "/top/in.yaml", "real.yaml");
    assert_int_equal(kustomize_build(&options, &r, &err), 0);
    assert_int_equal(r.len, 1);
    kustomize_result_free(&r);
    // A link that leaves the folder is what it leads to: outside.
    kustomize_tree_link(tree, "/top/in.yaml", "../out.yaml");
    assert_int_equal(kustomize_build(&options, &r, &err), -1);
    assert_non_null(strstr(err_message(err), "lies outside"));
    err_clear(&err);
    kustomize_tree_link(tree, "/top/in.yaml", "in.yaml");
    assert_int_equal(kustomize_build(&options, &r, &err), -1);
    assert_non_null(strstr(err_message(err), "there is no file"));
}

UNIT_MAIN(UNIT(test_kustomize_property__twice_gives_the_same),
          UNIT(test_kustomize_property__rendering_the_output_changes_nothing),
          UNIT(test_kustomize_property__order_of_resources_is_order_of_documents),
          UNIT(test_kustomize_property__objects_know_their_origin),
          UNIT(test_kustomize_property__links_in_a_tree_are_followed))
