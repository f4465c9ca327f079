// SPDX-License-Identifier: Apache-2.0
// work/layers: applying objects, and what holds them up.
#include "test_kube.h"

#include "work/layers/apply/apply.h"

#define NAMESPACE(name) "apiVersion: v1\nkind: Namespace\nmetadata: {name: " name "}\n---\n"
#define CONFIG_MAP(ns, name)                                                                       \
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: " ns ", name: " name "}\n---\n"

static struct layer layer_of(struct fixture *f, struct doc *d, const char *name, const char *yaml)
{
    struct node_list list = {0};

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "tree", &list, &f->err), 0);
    return (struct layer){name, (const struct node **)list.items, list.len};
}

// Applies the last one of two layers, the first of which may be empty.
static int apply(struct fixture *f, const char *earlier, const char *yaml, int64_t fail_after_ms)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct layer items[] = {layer_of(f, d, "base", earlier), layer_of(f, d, "app", yaml)};
    struct layers layers = {items, ARRAY_LEN(items)};
    struct budget budget = {.deadline = timer_now() + 20000};
    struct apply a = {.loop = f->loop,
                      .manager = "sandstrap",
                      .budget = &budget,
                      .report = &f->report,
                      .layer = "app",
                      .layers = &layers,
                      .fail_after_ms = fail_after_ms};

    open_scene(f, "applying");
    a.kube = f->kube;
    if (apply_objects(&a, items[1].objects, items[1].count, &f->err) < 0)
        return -1;
    return (int)a.written;
}

static void test_layers_apply__a_webhook_that_blocks_is_final_in_the_end(void **state)
{
    struct fixture *f = *state;
    const char *trouble = "webhook check.example.com of ValidatingWebhookConfiguration hook calls "
                          "Service x/check, which has no ready endpoints: Post "
                          "\"https://check.x.svc:443/\": dial tcp 10.96.0.9:443: connect: "
                          "connection refused";

    assert_int_equal(apply(f, "", CONFIG_MAP("n", "blocked") CONFIG_MAP("n", "free"), 600), -1);
    assert_err(f->err, ERR_API, "ConfigMap n/blocked: WebhookFailed: ");
    assert_err(f->err, ERR_API, trouble);
    assert_non_null(strstr(buf_str(&f->said), trouble)); // while it goes on
    assert_non_null(strstr(err_hint_text(f->err), "take ValidatingWebhookConfiguration hook away"));
}

static void test_layers_apply__a_webhook_that_comes_up(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(apply(f, "", CONFIG_MAP("m", "healing") CONFIG_MAP("m", "free"), 20000), 2);
    assert_non_null(strstr(buf_str(&f->said), "WebhookFailed"));
}

static void test_layers_apply__a_webhook_that_denies_is_final_at_once(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(apply(f, "", CONFIG_MAP("n", "denied"), 20000), -1);
    assert_err(f->err, ERR_API,
               "apply ConfigMap n/denied: admission webhook \"check.example.com\" denied the "
               "request: no");
    assert_non_null(strstr(err_hint_text(f->err), "ValidatingWebhookConfiguration hook"));
}

static void test_layers_apply__a_namespace_that_is_being_deleted_is_made_again(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(apply(f, "", CONFIG_MAP("leaving", "a") NAMESPACE("leaving"), 20000), 2);
    assert_non_null(strstr(buf_str(&f->said), "Terminating: NamespaceFinalizersRemaining: "
                                              "example.com/never in 1 resource instances"));
}

static void test_layers_apply__with_what_earlier_layers_have_in_it(void **state)
{
    struct fixture *f = *state;

    // the namespace, one object of the first layer, and two of this one, each once
    assert_int_equal(apply(f, NAMESPACE("left") CONFIG_MAP("left", "first"),
                           CONFIG_MAP("left", "a") CONFIG_MAP("left", "b"), 20000),
                     4);
}

static void test_layers_apply__one_that_the_tree_does_not_have(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(apply(f, "", CONFIG_MAP("foreign", "a"), 20000), -1);
    assert_err(f->err, ERR_API,
               "apply ConfigMap foreign/a: the namespace foreign is not found, and the tree does "
               "not have it");
}

static void test_layers_apply__a_namespace_that_never_goes_is_final(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(apply(f, "", NAMESPACE("staying") CONFIG_MAP("staying", "a"), 600), -1);
    assert_err(f->err, ERR_TERMINAL,
               "Namespace staying: Terminating: NamespaceFinalizersRemaining: "
               "example.com/never in 1 resource instances");
}

SERVER_MAIN("kube_api.py",
            UNIT_FIXTURE(test_layers_apply__a_webhook_that_blocks_is_final_in_the_end),
            UNIT_FIXTURE(test_layers_apply__a_webhook_that_comes_up),
            UNIT_FIXTURE(test_layers_apply__a_webhook_that_denies_is_final_at_once),
            UNIT_FIXTURE(test_layers_apply__a_namespace_that_is_being_deleted_is_made_again),
            UNIT_FIXTURE(test_layers_apply__with_what_earlier_layers_have_in_it),
            UNIT_FIXTURE(test_layers_apply__one_that_the_tree_does_not_have),
            UNIT_FIXTURE(test_layers_apply__a_namespace_that_never_goes_is_final))
