// SPDX-License-Identifier: Apache-2.0
// work/layers: what somebody deletes while a layer is waited for.
#include "test_kube.h"

#include "work/layers.h"

static int bring_up(struct fixture *f, const char *scene, int64_t fail_after_ms,
                    struct layers_result *result)
{
    static const char yaml[] =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\n"
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: default}\n"
        "spec: {replicas: 1}\n";
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct layers_causes causes = {.arena = arena};
    struct layer layer = {.name = "app"};
    struct layers layers = {&layer, 1};
    struct layers_options options = {.budget = {.deadline = timer_now() + 60000},
                                     .fail_after_ms = fail_after_ms,
                                     .manager = "sandstrap"};

    assert_int_equal(doc_read_yaml(d, SPAN(yaml), "tree", &list, &f->err), 0);
    layer.objects = (const struct node **)list.items;
    layer.count = list.len;
    open_scene(f, scene);
    return layers_up(f->loop, f->kube, &layers, &options, &f->report, result, &causes, &f->err);
}

static void test_layers_again__what_was_deleted_is_applied_again(void **state)
{
    struct fixture *f = *state;
    struct layers_result result;

    assert_int_equal(bring_up(f, "deleting", 60000, &result), 0);
    assert_true(result.ready);
    assert_non_null(
        strstr(buf_str(&f->said), "deleted by somebody while it was waited for; applied again"));
}

static void test_layers_again__what_is_deleted_twice_is_a_failure(void **state)
{
    struct fixture *f = *state;
    struct layers_result result;
    const char *again = "applied again";
    const char *first;

    assert_int_equal(bring_up(f, "deleted", 300, &result), -1);
    assert_err(f->err, ERR_TERMINAL,
               "ConfigMap default/settings: Deleted: somebody deleted it twice");
    first = strstr(buf_str(&f->said), again);
    assert_non_null(first);
    assert_null(strstr(first + 1, again));
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_layers_again__what_was_deleted_is_applied_again),
            UNIT_FIXTURE(test_layers_again__what_is_deleted_twice_is_a_failure))
