// SPDX-License-Identifier: Apache-2.0
// model/ssa: what of a wanted object is left to others.
#include "unit.h"

#include "model/ssa.h"
#include "support_object.h"

static const char *const people[] = {"kubectl", NULL};

// What is applied of `wanted` is `applied`; the same object when nothing is left out.
static void assert_applied(const char *wanted, const char *live, const char *applied,
                           const char *scaled_by)
{
    struct doc *d CLEANUP(doc_cleanup) = NULL;
    struct node *from = object(wanted);
    struct span scaler;
    const struct node *got =
        ssa_leave_to_others(from, live ? object(live) : NULL, people, &d, &scaler);

    assert_true(node_equal(got, object(applied)));
    assert_true(span_is(scaler, scaled_by));
    // The tree stays as it is.
    assert_true(node_equal(from, object(wanted)));
}

#define WEBHOOKS(first, second)                                                                    \
    "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"          \
    "webhooks: [{name: a, clientConfig: {" first "}}, {name: b, clientConfig: {" second "}}]\n"

static void test_ssa_leave__bundles_without_a_certificate(void **state)
{
    static const char *const conversion =
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "spec: {conversion: {webhook: {clientConfig: {url: u, caBundle: Cg==}}}}\n";
    static const char *const service =
        "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nspec: {group: g, caBundle: ''}\n";

    (void)state;
    assert_applied(WEBHOOKS("url: u, caBundle: Cg==", "url: u, caBundle: Zm9v"), NULL,
                   WEBHOOKS("url: u", "url: u, caBundle: Zm9v"), "");
    assert_applied(WEBHOOKS("url: u, caBundle: '%'", "url: u"), NULL,
                   WEBHOOKS("url: u, caBundle: '%'", "url: u"), "");
    assert_applied(conversion, NULL,
                   "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                   "spec: {conversion: {webhook: {clientConfig: {url: u}}}}\n",
                   "");
    assert_applied(service, NULL,
                   "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nspec: {group: g}\n",
                   "");
    // A kind of somebody else by the same name.
    assert_applied("apiVersion: example.com/v1\nkind: APIService\nspec: {caBundle: ''}\n", NULL,
                   "apiVersion: example.com/v1\nkind: APIService\nspec: {caBundle: ''}\n", "");
}

#define ROLE "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"

static void test_ssa_leave__rules_of_an_aggregated_role(void **state)
{
    (void)state;
    assert_applied(ROLE "aggregationRule: {a: b}\nrules: []\n", NULL,
                   ROLE "aggregationRule: {a: b}\n", "");
    assert_applied(ROLE "rules: []\n", NULL, ROLE "rules: []\n", "");
    assert_applied(ROLE "aggregationRule: {a: b}\nrules: [{verbs: [get]}]\n", NULL,
                   ROLE "aggregationRule: {a: b}\nrules: [{verbs: [get]}]\n", "");
}

#define SET(replicas) "apiVersion: apps/v1\nkind: Deployment\nspec: {" replicas "paused: true}\n"
#define SCALED(manager, part, field)                                                               \
    "metadata: {managedFields: [{manager: me, operation: Apply, fieldsV1: {'f:spec': "             \
    "{'f:paused': {}}}}, {manager: " manager ", operation: Update, " part                          \
    "fieldsV1: {'f:spec': {'" field "': {}}}}]}\n"

static void test_ssa_leave__replicas_that_somebody_scales(void **state)
{
    (void)state;
    assert_applied(SET("replicas: 2, "), SCALED("autoscaler", "subresource: scale, ", "f:replicas"),
                   SET(""), "autoscaler");
    assert_applied(SET("replicas: 2, "), SCALED("autoscaler", "", "f:replicas"),
                   SET("replicas: 2, "), "");
    assert_applied(SET("replicas: 2, "), SCALED("kubectl", "subresource: scale, ", "f:replicas"),
                   SET("replicas: 2, "), "");
    assert_applied(SET("replicas: 2, "), SCALED("autoscaler", "subresource: scale, ", "f:paused"),
                   SET("replicas: 2, "), "");
    assert_applied(SET(""), SCALED("autoscaler", "subresource: scale, ", "f:replicas"), SET(""),
                   "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_ssa_leave__bundles_without_a_certificate),
        UNIT(test_ssa_leave__rules_of_an_aggregated_role),
        UNIT(test_ssa_leave__replicas_that_somebody_scales),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
