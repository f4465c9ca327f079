// SPDX-License-Identifier: Apache-2.0
// work/layers: splitting and ordering.
#include "unit.h"

#include "base/arena.h"
#include "model/kustomize.h"
#include "support_object.h"
#include "work/layers.h"
#include "work/layers/tree/order.h"

static void build(const char *const files[][2], struct kustomize_result *result)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_options options = {.tree = tree, .folder = "/clusters/sandbox"};
    struct err *err CLEANUP(err_cleanup) = NULL;

    for (size_t i = 0; files[i][0]; i++)
        kustomize_tree_add(tree, files[i][0], span_str(files[i][1]));
    if (kustomize_build(&options, result, &err) < 0) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        err_format(err, &text);
        fail_msg("%s", buf_str(&text));
    }
}

#define CONFIG_MAP(name) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\n"

static const char *const tree[][2] = {
    {"/clusters/sandbox/kustomization.yaml",
     "resources: [../../platform/, ../../bigbang, one.yaml]\n"
     "configMapGenerator: [{name: made, literals: [a=b], options: {disableNameSuffixHash: "
     "true}}]\n"},
    {"/clusters/sandbox/one.yaml", CONFIG_MAP("single")},
    {"/platform/kustomization.yaml", "resources: [a.yaml, sub]\n"},
    {"/platform/a.yaml", CONFIG_MAP("a")},
    {"/platform/sub/kustomization.yaml", "resources: [b.yaml]\n"},
    {"/platform/sub/b.yaml", CONFIG_MAP("b")},
    {"/bigbang/kustomization.yaml", "resources: [c.yaml]\n"},
    {"/bigbang/c.yaml", CONFIG_MAP("c") "data: {from: made}\n"},
    {NULL, NULL},
};

static void test_split__layers_are_the_entries_in_order(void **state)
{
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct layers layers;
    size_t first, last;

    (void)state;
    build(tree, &result);
    assert_int_equal(layers_split(&result, arena, &layers, &err), 0);
    assert_int_equal(layers.count, 3);
    assert_string_equal(layers.items[0].name, "platform");
    assert_string_equal(layers.items[1].name, "bigbang");
    assert_string_equal(layers.items[2].name, "one");
    assert_int_equal(layers.items[0].count, 2);
    // what the entrypoint generates belongs to the first layer that refers to it
    assert_int_equal(layers.items[1].count, 2);
    assert_int_equal(layers.items[2].count, 1);
    assert_int_equal(layers_range(&layers, "bigbang", NULL, &first, &last, &err), 0);
    assert_int_equal(first, 1);
    assert_int_equal(last, 2);
    assert_int_equal(layers_range(&layers, "one", "platform", &first, &last, &err), -1);
    assert_int_equal(err_kind(err), ERR_USAGE);
    err_clear(&err);
    assert_int_equal(layers_range(&layers, "nope", NULL, &first, &last, &err), -1);
    assert_non_null(strstr(err_message(err), "platform, bigbang, one"));
}

static void test_split__two_layers_of_one_name_are_refused(void **state)
{
    static const char *const twice[][2] = {
        {"/clusters/sandbox/kustomization.yaml", "resources: [../../a/x, ../../b/x]\n"},
        {"/a/x/kustomization.yaml", "resources: [a.yaml]\n"},
        {"/a/x/a.yaml", CONFIG_MAP("a")},
        {"/b/x/kustomization.yaml", "resources: [b.yaml]\n"},
        {"/b/x/b.yaml", CONFIG_MAP("b")},
        {NULL, NULL},
    };
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct layers layers;

    (void)state;
    build(twice, &result);
    assert_int_equal(layers_split(&result, arena, &layers, &err), -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    assert_non_null(strstr(err_message(err), "'../../b/x'"));
}

static void test_order__what_defines_comes_first_webhooks_last(void **state)
{
    static const char *const kinds[] = {"ValidatingWebhookConfiguration",
                                        "Deployment",
                                        "Thing",
                                        "StorageClass",
                                        "ConfigMap",
                                        "ClusterRole",
                                        "Namespace",
                                        "CustomResourceDefinition",
                                        "ServiceAccount"};
    static const char *const want[] = {"CustomResourceDefinition",
                                       "Namespace",
                                       "ClusterRole",
                                       "StorageClass",
                                       "ServiceAccount",
                                       "ConfigMap",
                                       "Deployment",
                                       "Thing",
                                       "ValidatingWebhookConfiguration"};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const struct node *objects[ARRAY_LEN(kinds)];
    struct order_entry *entries;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        objects[i] = object(arena_printf(arena, "kind: %s", kinds[i]));
    entries = order_objects(objects, ARRAY_LEN(kinds), arena);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        assert_string_equal(node_get_str(entries[i].object, "kind"), want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split__layers_are_the_entries_in_order),
        cmocka_unit_test(test_split__two_layers_of_one_name_are_refused),
        cmocka_unit_test(test_order__what_defines_comes_first_webhooks_last),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
