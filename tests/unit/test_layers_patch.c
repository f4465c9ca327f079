// SPDX-License-Identifier: Apache-2.0
// work/layers: what others than the tree have to say of its objects is applied right behind them.
#include "test_kube.h"

#include "work/layers/apply/apply.h"

#define ROUTES "sandstrap-routes"
#define HEAD(kind, name)                                                                           \
    "---\napiVersion: v1\nkind: " kind "\nmetadata: {namespace: app, name: " name "}\n"
#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata: {name: app}\n"
#define TREE                                                                                       \
    NAMESPACE HEAD("ConfigMap", "patched") "data: {a: tree}\n" HEAD("ConfigMap", "plain")          \
        HEAD("Secret", "later")
#define PATCH(value) HEAD("ConfigMap", "patched") "data: {b: " value "}\n"

// What comes of the tree; with the record too, when it is wanted.
static int apply(struct fixture *f, const char *yaml, const char *patch_yaml, bool recorded)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct budget budget = {.deadline = timer_now() + 20000};
    struct record_options options = {
        .loop = f->loop, .kube = f->kube, .command = "up", .budget = budget, .report = &f->report};
    struct record *record CLEANUP(record_cleanup) =
        recorded ? record_open(&options, &f->err) : NULL;
    struct layers_patch patch = {doc_read_yaml_one(d, span_str(patch_yaml), "patch", &f->err),
                                 ROUTES};
    struct layers_patches patches = {{.items = &patch, .len = 1}};
    struct apply a = {.loop = f->loop,
                      .kube = f->kube,
                      .manager = LAYERS_MANAGER,
                      .budget = &budget,
                      .report = &f->report,
                      .patches = &patches,
                      .record = record,
                      .layer = "app",
                      .fail_after_ms = 20000};

    assert_non_null(patch.object);
    assert_int_equal(doc_read_yaml(d, span_str(yaml), "tree", &list, &f->err), 0);
    if (apply_objects(&a, (const struct node **)list.items, list.len, &f->err) < 0)
        return -1;
    return record && record_flush(record, &f->err) < 0 ? -1 : (int)a.written;
}

static const char *patched(struct fixture *f, const char *group, const char *field)
{
    kube_answer_free(&f->answer);
    assert_int_equal(kube_get(f->kube, config_maps(f), "app", "patched", &f->answer, &f->err), 0);
    return node_get_str(node_get(f->answer.object, group), field);
}

static bool is_written_by(struct fixture *f, const char *manager)
{
    patched(f, "metadata", "name");
    return written_by(f->answer.object, manager).len > 0;
}

static void assert_patched(struct fixture *f, const char *value)
{
    assert_string_equal(patched(f, "data", "a"), "tree");
    assert_string_equal(patched(f, "data", "b"), value);
    assert_true(is_written_by(f, LAYERS_MANAGER));
    assert_true(is_written_by(f, ROUTES));
}

static void test_layers_patch__is_written_behind_its_object_by_a_manager_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct buf requests CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *first, *second;

    open_scene(f, "behind");
    assert_int_equal(apply(f, TREE, PATCH("routed"), true), 4);
    assert_patched(f, "routed");
    assert_int_equal(kube_get_raw(f->kube, "/requests", &requests, &f->err), 0);
    first = strstr(buf_str(&requests), "PATCH configmaps/app/patched");
    assert_non_null(first);
    second = strstr(first + 1, "PATCH configmaps/app/patched");
    assert_non_null(second);
    assert_null(strstr(second + 1, "PATCH configmaps/app/patched"));
    assert_true(strstr(buf_str(&requests), "PATCH secrets/app/later") > second);
    assert_non_null(strstr(buf_str(&f->said), "patched as " ROUTES));
}

static void test_layers_patch__that_is_applied_is_not_written(void **state)
{
    struct fixture *f = *state;
    struct buf version CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    open_scene(f, "applied");
    assert_int_equal(apply(f, TREE, PATCH("routed"), true), 4);
    buf_add_str(&version, patched(f, "metadata", "resourceVersion"));
    assert_int_equal(apply(f, TREE, PATCH("routed"), true), 0);
    assert_string_equal(patched(f, "metadata", "resourceVersion"), buf_str(&version));
}

// With the record, that it is to be written is told before, as of any object.
static void test_layers_patch__of_an_object_that_was_there(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "there");
    assert_int_equal(apply(f, TREE, HEAD("ConfigMap", "other"), false), 4);
    assert_false(is_written_by(f, ROUTES));
    assert_int_equal(apply(f, TREE, PATCH("routed"), true), 1);
    assert_patched(f, "routed");
    assert_int_equal(apply(f, TREE, PATCH("elsewhere"), false), 1);
    assert_patched(f, "elsewhere");
}

static void test_layers_patch__follows_a_change_of_the_tree(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "change");
    assert_int_equal(apply(f, NAMESPACE HEAD("ConfigMap", "patched"), PATCH("routed"), true), 2);
    assert_int_equal(apply(f, TREE, PATCH("elsewhere"), true), 3);
    assert_patched(f, "elsewhere");
}

SERVER_MAIN("kube_store.py",
            UNIT_FIXTURE(test_layers_patch__is_written_behind_its_object_by_a_manager_of_its_own),
            UNIT_FIXTURE(test_layers_patch__that_is_applied_is_not_written),
            UNIT_FIXTURE(test_layers_patch__of_an_object_that_was_there),
            UNIT_FIXTURE(test_layers_patch__follows_a_change_of_the_tree))
