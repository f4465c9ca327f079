// SPDX-License-Identifier: Apache-2.0
// work/layers: splitting, ordering, and telling failures that heal from those that stay.
#include "unit.h"

#include "base/arena.h"
#include "base/timer.h"
#include "cluster/handled.h"
#include "cluster/verdict.h"
#include "model/kustomize.h"
#include "support_object.h"
#include "work/layers.h"
#include "work/layers/order.h"

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
    struct layer layer = {"x", objects, ARRAY_LEN(kinds)};
    struct order_entry *entries;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        objects[i] = object(arena_printf(arena, "kind: %s", kinds[i]));
    entries = order_objects(&layer, arena);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        assert_string_equal(node_get_str(entries[i].object, "kind"), want[i]);
}

#define WRITTEN(spec_time, status_time, more)                                                      \
    "metadata: {name: x, namespace: n, managedFields: [{manager: helm, time: '" spec_time "'}, "   \
    "{manager: helm, subresource: status, time: '" status_time "'}" more "]}"

static void test_handled__a_write_after_the_status_was_not_seen(void **state)
{
    struct handled *h CLEANUP(handled_cleanup) = handled_new(NULL);

    (void)state;
    assert_false(
        handled_is_behind(h, object(WRITTEN("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", ""))));
    assert_false(
        handled_is_behind(h, object(WRITTEN("2026-01-01T00:00:01Z", "2026-01-01T00:00:01Z", ""))));
    assert_true(
        handled_is_behind(h, object(WRITTEN("2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z", ""))));
    // our own request is no change
    assert_false(handled_is_behind(
        h, object(WRITTEN("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z",
                          ", {manager: sandstrap-request, time: '2026-01-01T00:00:09Z'}"))));
    // one that never had a status is judged by its conditions
    assert_false(handled_is_behind(
        h, object("metadata: {managedFields: [{manager: m, time: '2026-01-01T00:00:00Z'}]}")));
}

static struct finding failing(const char *container, const char *reason, const char *message,
                              int64_t attempts)
{
    return (struct finding){.state = READY_FAILING,
                            .object = "Deployment x/y",
                            .container = container,
                            .reason = reason,
                            .message = message,
                            .attempts = attempts};
}

static void test_failure__stalled_is_final_at_once(void **state)
{
    struct verdict *f CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding stalled = {
        .state = READY_TERMINAL, .object = "o", .reason = "Stalled", .message = ""};

    (void)state;
    assert_ptr_equal(verdict_see(f, &stalled, 1, 0), &stalled);
}

static void test_failure__stalled_before_a_change_gets_time(void **state)
{
    struct verdict *f CLEANUP(verdict_cleanup) = verdict_new(60000);
    struct finding stalled = {
        .state = READY_TERMINAL, .object = "a", .reason = "Stalled", .message = "", .stale = true};

    (void)state;
    assert_null(verdict_see(f, &stalled, 1, 2));
    assert_null(verdict_see(f, &stalled, 1, 60001));
    assert_ptr_equal(verdict_see(f, &stalled, 1, 60002), &stalled);
    // its controller has looked
    stalled.object = "b";
    assert_null(verdict_see(f, &stalled, 1, 60003));
    stalled.stale = false;
    assert_ptr_equal(verdict_see(f, &stalled, 1, 60004), &stalled);
}

static void test_failure__the_kubelet_words_are_one_failure(void **state)
{
    struct verdict *f CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding pull = failing("c", "ErrImagePull", "no such image", 0);
    struct finding back_off = failing("c", "ImagePullBackOff", "back-off", 0);

    (void)state;
    assert_null(verdict_see(f, &pull, 1, 1));
    assert_null(verdict_see(f, &back_off, 1, 500));
    assert_null(verdict_see(f, &pull, 1, 1000));
    assert_ptr_equal(verdict_see(f, &back_off, 1, 1001), &back_off);
}

static void test_failure__one_attempt_is_not_enough(void **state)
{
    struct verdict *f CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding once = failing(NULL, "InstallFailed", "m", 1);
    struct finding twice = failing(NULL, "InstallFailed", "m", 2);

    (void)state;
    assert_null(verdict_see(f, &once, 1, 1));
    assert_null(verdict_see(f, &once, 1, 5000));
    assert_ptr_equal(verdict_see(f, &twice, 1, 6000), &twice);
}

// A source tells of no attempts, and says the same of each.
static void test_failure__what_comes_back_was_tried_again(void **state)
{
    struct verdict *f CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding missing = failing(NULL, "GitOperationFailed", "no such repository", 0);

    (void)state;
    assert_null(verdict_see(f, &missing, 1, 1));
    assert_null(verdict_see(f, &missing, 1, 2000));
    assert_null(verdict_see(f, NULL, 0, 3000));
    assert_null(verdict_see(f, &missing, 1, 4000));
    assert_null(verdict_see(f, NULL, 0, 5000));
    assert_ptr_equal(verdict_see(f, &missing, 1, 6000), &missing);
}

static void test_failure__healed_for_long_starts_anew(void **state)
{
    struct verdict *f CLEANUP(verdict_cleanup) = verdict_new(1000);
    struct finding crash = failing("c", "CrashLoopBackOff", "m", 5);

    (void)state;
    assert_null(verdict_see(f, &crash, 1, 1));
    assert_null(verdict_see(f, NULL, 0, 1 + VERDICT_FORGET_MS + 1));
    assert_null(verdict_see(f, &crash, 1, VERDICT_FORGET_MS + 10));
    assert_ptr_equal(verdict_see(f, &crash, 1, VERDICT_FORGET_MS + 1010), &crash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split__layers_are_the_entries_in_order),
        cmocka_unit_test(test_split__two_layers_of_one_name_are_refused),
        cmocka_unit_test(test_order__what_defines_comes_first_webhooks_last),
        cmocka_unit_test(test_handled__a_write_after_the_status_was_not_seen),
        cmocka_unit_test(test_failure__stalled_is_final_at_once),
        cmocka_unit_test(test_failure__stalled_before_a_change_gets_time),
        cmocka_unit_test(test_failure__the_kubelet_words_are_one_failure),
        cmocka_unit_test(test_failure__one_attempt_is_not_enough),
        cmocka_unit_test(test_failure__what_comes_back_was_tried_again),
        cmocka_unit_test(test_failure__healed_for_long_starts_anew),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
