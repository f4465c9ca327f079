// SPDX-License-Identifier: Apache-2.0
// work/layers: the tree against the cluster, without writing.
#include "test_kube.h"

#include "work/layers.h"

#define CONFIG_MAP(name)                                                                           \
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name                                 \
    ", namespace: default}\ndata: {a: b}\n"

#define ROUTE(name)                                                                                \
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name                                      \
    ", namespace: default}\ndata: {route: here}\n"

static struct layers_patch route(struct fixture *f, struct doc *d, const char *yaml)
{
    return (struct layers_patch){doc_read_yaml_one(d, span_str(yaml), "route", &f->err), "routes"};
}

static void test_layers_compare__each_object_by_the_rule_of_an_apply(void **state)
{
    static const char yaml[] = CONFIG_MAP("same") CONFIG_MAP("gone") CONFIG_MAP("changed")
        CONFIG_MAP("locked") CONFIG_MAP("hidden") CONFIG_MAP("routed")
            CONFIG_MAP("unrouted") "---\napiVersion: none.io/v1\nkind: None\nmetadata: {name: x}\n"
                                   "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n"
                                   "spec: {ttlSecondsAfterFinished: 0}\n";
    static const struct {
        enum layers_difference_kind kind;
        const char *object, *detail;
    } want[] = {
        {LAYERS_MISSING, "ConfigMap default/gone", ""},
        {LAYERS_DIFFERS, "ConfigMap default/changed", ".data.a"},
        {LAYERS_UNKNOWN, "ConfigMap default/locked", "forbidden"},
        {LAYERS_UNKNOWN, "ConfigMap default/hidden", "forbidden"},
        {LAYERS_DIFFERS, "ConfigMap default/unrouted", ".data.route"},
        {LAYERS_MISSING, "None x", ""},
    };
    struct fixture *f = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct budget budget = {.deadline = timer_now() + 20000};
    struct node_list list = {0};
    struct layers_patch routes[] = {route(f, d, ROUTE("routed")), route(f, d, ROUTE("unrouted"))};
    struct layers_patches patches = {{.items = routes, .len = ARRAY_LEN(routes)}};
    struct layer layer = {.name = "one"};
    struct layers layers = {&layer, 1};
    struct layers_compare_options options = {
        .loop = f->loop, .manager = LAYERS_MANAGER, .patches = &patches, .budget = &budget};
    const struct layers_difference *found;
    size_t count;

    assert_int_equal(doc_read_yaml(d, SPAN(yaml), "tree", &list, &f->err), 0);
    layer.objects = (const struct node **)list.items;
    layer.count = list.len;
    open_scene(f, "comparing");
    options.kube = f->kube;
    assert_int_equal(layers_compare(&options, &layers, arena, &found, &count, &f->err), 0);
    assert_int_equal(count, ARRAY_LEN(want));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i].kind, want[i].kind);
        assert_string_equal(found[i].object, want[i].object);
        assert_non_null(strstr(found[i].detail, want[i].detail));
    }
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_layers_compare__each_object_by_the_rule_of_an_apply))
