// SPDX-License-Identifier: Apache-2.0
// work/layers: what objects of Flux wait for, told from the tree.
#include "test_kube.h"

#include "support_measure.h"
#include "work/layers.h"
#include "work/layers/tree/depends.h"

#define RELEASE(ns, name, ...)                                                                     \
    "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"                              \
    "metadata: {namespace: " ns ", name: " name "}\nspec:\n  dependsOn: [" __VA_ARGS__ "]\n"
#define KUSTOMIZATION(name, source, ...)                                                           \
    "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"                       \
    "metadata: {namespace: f, name: " name                                                         \
    "}\nspec:\n  sourceRef: {kind: GitRepository, name: " source "}\n  dependsOn: [" __VA_ARGS__   \
    "]\n"
#define REPOSITORY(name)                                                                           \
    "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"                          \
    "metadata: {namespace: f, name: " name "}\n"

// Two layers in two files.
static int check(struct fixture *f, const char *first, const char *second)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list one = {0}, two = {0};
    struct layer items[2];
    struct layers layers = {items, 2};

    err_clear(&f->err);
    assert_int_equal(doc_read_yaml(d, span_str(first), "a/one.yaml", &one, &f->err), 0);
    assert_int_equal(doc_read_yaml(d, span_str(second), "b/two.yaml", &two, &f->err), 0);
    items[0] = (struct layer){"one", (const struct node **)one.items, one.len};
    items[1] = (struct layer){"two", (const struct node **)two.items, two.len};
    if (!f->kube)
        open_scene(f, "applying");
    return layers_check(f->kube, &layers, 1, d, &f->err);
}

static void test_layers_check__two_that_wait_for_each_other(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, "", RELEASE("s", "a", "{name: b}") RELEASE("s", "b", "{name: a}")),
                     -1);
    assert_err(f->err, ERR_CONFIG,
               "b/two.yaml:6: HelmRelease s/a and HelmRelease s/b depend on each other");
}

static void test_layers_check__one_that_waits_for_itself(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, RELEASE("s", "a", "{name: a, namespace: s}"), ""), -1);
    assert_err(f->err, ERR_CONFIG, "a/one.yaml:6: HelmRelease s/a depends on itself");
}

// What leads into a circle is none of it.
static void test_layers_check__a_longer_circle(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        check(f,
              RELEASE("s", "in", "{name: a}") RELEASE("s", "a", "{name: free}, {name: b}")
                  RELEASE("s", "b", "{name: c, namespace: t}")
                      RELEASE("t", "c", "{name: a, namespace: s}") RELEASE("s", "free", ""),
              ""),
        -1);
    assert_err(f->err, ERR_CONFIG, "depend on each other, each on the next");
    assert_non_null(strstr(err_message(f->err), "HelmRelease s/b"));
    assert_null(strstr(err_message(f->err), "HelmRelease s/in"));
    assert_null(strstr(err_message(f->err), "HelmRelease s/free"));
}

// A HelmRelease and a Kustomization of one name are two objects.
static void test_layers_check__kinds_and_namespaces_count(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        check(f,
              REPOSITORY("r") KUSTOMIZATION("a", "r", "{name: b}") KUSTOMIZATION("b", "r", "")
                  RELEASE("f", "b", "{name: a, namespace: f}") RELEASE("f", "a", ""),
              ""),
        0);
}

static void test_layers_check__an_expression_may_hold_before(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, "",
                           RELEASE("s", "a", "{name: b, readyExpr: 'true'}")
                               RELEASE("s", "b", "{name: a}")),
                     0);
}

static void test_layers_check__one_of_a_later_layer(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, RELEASE("s", "a", "{name: b}"), RELEASE("s", "b", "")), -1);
    assert_err(f->err, ERR_CONFIG,
               "a/one.yaml:6: HelmRelease s/a of layer one depends on HelmRelease s/b, which comes "
               "with the later layer two");
    assert_int_equal(check(f, RELEASE("s", "b", ""), RELEASE("s", "a", "{name: b}")), 0);
}

static void test_layers_check__one_that_nobody_has(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, RELEASE("s", "a", "{name: nosuch}"), ""), -1);
    assert_err(f->err, ERR_CONFIG,
               "a/one.yaml:6: HelmRelease s/a depends on HelmRelease s/nosuch, which is neither in "
               "the tree nor in the cluster");
    // who waits for it cannot make it either
    assert_int_equal(
        check(f, RELEASE("s", "a", "{name: nosuch}") RELEASE("s", "b", "{name: a}"), ""), -1);
    // in the cluster
    assert_int_equal(check(f, RELEASE("s", "a", "{name: there}"), ""), 0);
    // this one may make it, unless it comes too late
    assert_int_equal(check(f, RELEASE("s", "a", "{name: nosuch}") RELEASE("s", "umbrella", ""), ""),
                     0);
    assert_int_equal(check(f, RELEASE("s", "a", "{name: nosuch}"), RELEASE("s", "umbrella", "")),
                     -1);
}

static void test_layers_check__a_source_that_nobody_has(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, KUSTOMIZATION("a", "nosuch", ""), ""), -1);
    assert_err(f->err, ERR_CONFIG,
               "Kustomization f/a takes its content from GitRepository f/nosuch, which is neither");
    assert_int_equal(check(f, KUSTOMIZATION("a", "r", ""), REPOSITORY("r")), -1);
    assert_err(f->err, ERR_CONFIG, "which comes with the later layer two");
}

static void read_and_check(struct span yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct depends depends CLEANUP(depends_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list list = {0};
    struct layer layer;
    struct layers layers = {&layer, 1};

    assert_int_equal(doc_read_yaml(d, yaml, "many.yaml", &list, &err), 0);
    layer = (struct layer){"many", (const struct node **)list.items, list.len};
    depends_build(&depends, arena, &layers);
    assert_int_equal(depends.items.len, list.len);
    assert_int_equal(depends_check_order(&depends, 0, d, &err), 0);
}

static void write_chain(int length, struct buf *out)
{
    for (int i = 0; i < length; i++)
        buf_printf(out,
                   "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
                   "metadata: {namespace: s, name: r%d}\n"
                   "spec: {dependsOn: [{name: r%d}, {name: r%d}]}\n",
                   i, i + 1, i + 2);
}

static void test_layers_check__a_long_chain(void **state)
{
    struct buf small CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf large CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    (void)state;
    write_chain(1250, &small);
    write_chain(5000, &large);
    assert_linear(read_and_check, buf_span(&small), buf_span(&large));
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_layers_check__two_that_wait_for_each_other),
            UNIT_FIXTURE(test_layers_check__one_that_waits_for_itself),
            UNIT_FIXTURE(test_layers_check__a_longer_circle),
            UNIT_FIXTURE(test_layers_check__kinds_and_namespaces_count),
            UNIT_FIXTURE(test_layers_check__an_expression_may_hold_before),
            UNIT_FIXTURE(test_layers_check__one_of_a_later_layer),
            UNIT_FIXTURE(test_layers_check__one_that_nobody_has),
            UNIT_FIXTURE(test_layers_check__a_source_that_nobody_has),
            UNIT_FIXTURE(test_layers_check__a_long_chain))
