// SPDX-License-Identifier: Apache-2.0
// Whether an `up` starts: what would break it for good is named, all else is left to the run.
#include "test_teardown.h"

#include <time.h>

#include "work/teardown.h"

#define TREE                                                                                       \
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: app, labels: {team: a}}\n"                  \
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: app, labels: {x: y}}\n"  \
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: helm-controller, namespace: "    \
    "flux-system, labels: {app.kubernetes.io/part-of: flux}}\n"                                    \
    "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "  \
    "helmreleases.helm.toolkit.fluxcd.io}\n"                                                       \
    "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, "          \
    "namespace: app}\nspec: {targetNamespace: policies}\n"

#define OLD "creationTimestamp: '2020-01-01T00:00:00Z'"
#define GOING "deletionTimestamp: '2020-01-01T00:00:00Z'"
#define HOOK(more, rules, service)                                                                 \
    "apiVersion: admissionregistration.k8s.io/v1\nkind: "                                          \
    "ValidatingWebhookConfiguration\nmetadata: "                                                   \
    "{name: hook, " OLD "}\nwebhooks: [{name: check.x.io, " more "rules: [" rules                  \
    "], clientConfig: {service: " service "}}]\n"
#define CONFIG_MAPS "{apiGroups: [''], operations: [CREATE], resources: [configmaps]}"
#define GONE "{namespace: gone, name: s}"

static int check(struct fixture *f, const char *scene, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct layer layer = {.name = "one"};
    struct layers layers = {&layer, 1};

    assert_int_equal(doc_read_yaml(d, SPAN(TREE), "tree", &list, &f->err), 0);
    layer.objects = (const struct node **)list.items;
    layer.count = list.len;
    open_cluster(f, scene, yaml);
    return leftovers_check(f->kube, &layers, 0, &f->err);
}

static void passes(void **state, const char *scene, const char *yaml)
{
    struct fixture *f = *state;

    if (check(f, scene, yaml) < 0)
        fail_msg("refused: %s", err_message(f->err));
}

static void refused(void **state, const char *scene, const char *yaml, const char *words,
                    const char *hint)
{
    struct fixture *f = *state;

    assert_int_equal(check(f, scene, yaml), -1);
    assert_err(f->err, ERR_PREFLIGHT, words);
    if (!strstr(err_hint_text(f->err), hint))
        fail_msg("'%s' does not say '%s'", err_hint_text(f->err), hint);
}

static void test_teardown_check__an_empty_cluster_passes(void **state)
{
    passes(state, "empty", "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n");
}

static void test_teardown_check__a_webhook_that_is_asked_in_vain(void **state)
{
    refused(state, "hook", HOOK("", CONFIG_MAPS, GONE),
            "ValidatingWebhookConfiguration hook: its webhook check.x.io would be asked for "
            "ConfigMap app/c, and calls Service gone/s, which does not exist",
            "kubectl delete validatingwebhookconfiguration hook");
}

static void test_teardown_check__also_in_a_namespace_that_is_there(void **state)
{
    refused(state, "home",
            HOOK("", "{apiGroups: ['*'], operations: ['*'], resources: ['*/*']}",
                 "{namespace: there, name: s}") "---\napiVersion: v1\nkind: Namespace\nmetadata: "
                                                "{name: there}\n",
            "calls Service there/s", "kubectl delete");
}

static void test_teardown_check__pods_of_the_tree_count(void **state)
{
    refused(state, "pods",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: flux-system}\n---\n" HOOK(
                "", "{apiGroups: [''], operations: [CREATE], resources: [pods]}", GONE),
            "would be asked for Deployment flux-system/helm-controller", "kubectl delete");
}

static void test_teardown_check__selectors_count(void **state)
{
    refused(state, "labels",
            HOOK("namespaceSelector: {matchLabels: {team: a}, matchExpressions: [{key: "
                 "kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}, "
                 "objectSelector: {matchExpressions: [{key: x, operator: Exists}]}, ",
                 CONFIG_MAPS, GONE),
            "ConfigMap app/c", "kubectl delete");
}

static void test_teardown_check__webhooks_that_do_no_harm(void **state)
{
    passes(state, "ignored", HOOK("failurePolicy: Ignore, ", CONFIG_MAPS, GONE));
}

static void test_teardown_check__other_rules_do_no_harm(void **state)
{
    passes(state, "rules",
           HOOK("",
                "{apiGroups: [x.io], operations: [CREATE], resources: ['*']}, {apiGroups: [''], "
                "operations: [DELETE], resources: [configmaps]}, {apiGroups: [''], operations: "
                "[CREATE], resources: [configmaps], scope: Cluster}",
                GONE));
}

static void test_teardown_check__other_namespaces_do_no_harm(void **state)
{
    passes(state, "elsewhere",
           HOOK("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}, ",
                CONFIG_MAPS, GONE));
}

static void test_teardown_check__what_conditions_say_is_not_known(void **state)
{
    passes(state, "conditions",
           HOOK("matchConditions: [{name: a, expression: 'false'}], ", CONFIG_MAPS, GONE));
}

// A release installs into the namespace: it may be at it.
static void test_teardown_check__a_service_that_may_come(void **state)
{
    passes(state, "coming", HOOK("", CONFIG_MAPS, "{namespace: policies, name: s}"));
}

static void test_teardown_check__a_service_without_pods_is_an_outage(void **state)
{
    passes(state, "outage",
           HOOK("", CONFIG_MAPS, "{namespace: x, name: s}") "---\napiVersion: v1\nkind: "
                                                            "Service\nmetadata: {name: s, "
                                                            "namespace: x}\n");
}

static void test_teardown_check__a_young_webhook_may_get_its_service(void **state)
{
    char now[32];
    char *yaml CLEANUP(mem_cleanup) = NULL;
    time_t time_now = time(NULL);
    struct tm utc;

    gmtime_r(&time_now, &utc);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &utc);
    yaml =
        mem_printf("apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n---\napiVersion: "
                   "admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
                   "metadata: {name: hook, creationTimestamp: '%s'}\nwebhooks: [{name: a, rules: "
                   "[" CONFIG_MAPS "], clientConfig: {service: {namespace: new, name: s}}}]\n",
                   now);
    passes(state, "young", yaml);
}

static void test_teardown_check__an_api_service_without_its_service(void **state)
{
    refused(
        state, "api",
        "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.x.io, " OLD
        "}\nspec: {service: " GONE "}\n",
        "APIService v1.x.io calls Service gone/s, which does not exist",
        "kubectl delete apiservice v1.x.io");
}

static void test_teardown_check__definitions_of_flux_that_nobody_lets_go(void **state)
{
    refused(state, "definition",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
            "helmreleases.helm.toolkit.fluxcd.io, " GOING ", finalizers: [x]}\n",
            "CustomResourceDefinition helmreleases.helm.toolkit.fluxcd.io is being deleted",
            "sandstrap down");
}

static void test_teardown_check__with_its_controller_it_goes_by_itself(void **state)
{
    time_t soon = time(NULL) - 60;
    char then[32];
    char *yaml CLEANUP(mem_cleanup) = NULL;
    struct tm utc;

    gmtime_r(&soon, &utc);
    strftime(then, sizeof(then), "%Y-%m-%dT%H:%M:%SZ", &utc);
    yaml = mem_printf("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                      "metadata: {name: helmreleases.helm.toolkit.fluxcd.io, deletionTimestamp: "
                      "'%s', finalizers: [x]}\n---\napiVersion: apps/v1\nkind: Deployment\n"
                      "metadata: {name: helm-controller, namespace: flux-system, labels: "
                      "{app.kubernetes.io/part-of: flux}}\nstatus: {readyReplicas: 1}\n",
                      then);
    passes(state, "handled", yaml);
}

static void test_teardown_check__a_namespace_that_hangs(void **state)
{
    refused(state, "namespace",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: app, " GOING
            "}\nstatus: {conditions: "
            "[{type: NamespaceFinalizersRemaining, status: 'True', message: 'x.io/never in 1 "
            "resource instances'}]}\n",
            "Namespace app is being deleted since 2020-01-01T00:00:00Z and does not go: x.io/never",
            "kubectl get namespace app -o yaml");
}

// The tree brings its controller, into another namespace, before it.
static void test_teardown_check__a_namespace_that_waits_for_flux(void **state)
{
    passes(state, "flux",
           "apiVersion: v1\nkind: Namespace\nmetadata: {name: app, " GOING
           "}\nstatus: {conditions: "
           "[{type: NamespaceFinalizersRemaining, status: 'True', message: 'finalizers.fluxcd.io "
           "in 1 resource instances'}]}\n");
}

SERVER_MAIN("kube_objects.py", UNIT_FIXTURE(test_teardown_check__an_empty_cluster_passes),
            UNIT_FIXTURE(test_teardown_check__a_webhook_that_is_asked_in_vain),
            UNIT_FIXTURE(test_teardown_check__also_in_a_namespace_that_is_there),
            UNIT_FIXTURE(test_teardown_check__pods_of_the_tree_count),
            UNIT_FIXTURE(test_teardown_check__selectors_count),
            UNIT_FIXTURE(test_teardown_check__webhooks_that_do_no_harm),
            UNIT_FIXTURE(test_teardown_check__other_rules_do_no_harm),
            UNIT_FIXTURE(test_teardown_check__other_namespaces_do_no_harm),
            UNIT_FIXTURE(test_teardown_check__what_conditions_say_is_not_known),
            UNIT_FIXTURE(test_teardown_check__a_service_that_may_come),
            UNIT_FIXTURE(test_teardown_check__a_service_without_pods_is_an_outage),
            UNIT_FIXTURE(test_teardown_check__a_young_webhook_may_get_its_service),
            UNIT_FIXTURE(test_teardown_check__an_api_service_without_its_service),
            UNIT_FIXTURE(test_teardown_check__definitions_of_flux_that_nobody_lets_go),
            UNIT_FIXTURE(test_teardown_check__with_its_controller_it_goes_by_itself),
            UNIT_FIXTURE(test_teardown_check__a_namespace_that_hangs),
            UNIT_FIXTURE(test_teardown_check__a_namespace_that_waits_for_flux))
