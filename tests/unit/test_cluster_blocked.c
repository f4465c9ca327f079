// SPDX-License-Identifier: Apache-2.0
// cluster/blocked: what is told of objects that wait for others.
#include "test_cluster.h"

#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\n"
#define NAMED_RELEASE(name, more)                                                                  \
    "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" NAMED(name, "") more "\n"
#define BLOCKED(name, on)                                                                          \
    NAMED_RELEASE(name,                                                                            \
                  "spec: {dependsOn: [{name: " on "}]}\nstatus: {conditions: [{type: Ready, "      \
                  "status: 'False', reason: DependencyNotReady, message: m}]}")
#define FAILED(name)                                                                               \
    NAMED_RELEASE(name, "status: {conditions: [{type: Ready, status: 'False', reason: "            \
                        "InstallFailed, message: m}]}")

static void test_cluster_blocked__who_waits_is_counted_behind_the_cause(void **state)
{
    expect(state, NAMED_RELEASE("a", "") NAMED_RELEASE("b", "") NAMED_RELEASE("c", ""),
           BLOCKED("a", "b") BLOCKED("b", "c") FAILED("c"),
           "failing HelmRelease n/c: InstallFailed: m [2 behind]\n");
}

static void test_cluster_blocked__who_waits_for_what_does_not_exist_fails(void **state)
{
    expect(state, NAMED_RELEASE("a", ""), BLOCKED("a", "none"),
           "failing HelmRelease n/a: DependencyNotReady: depends on HelmRelease n/none, which does "
           "not exist\n");
}

static void test_cluster_blocked__who_waits_for_a_failure_elsewhere_says_it(void **state)
{
    expect(state, NAMED_RELEASE("a", ""), BLOCKED("a", "b") FAILED("b"),
           "failing HelmRelease n/a: DependencyNotReady: depends on HelmRelease n/b: "
           "InstallFailed: m\n");
}

static void test_cluster_blocked__who_waits_for_each_other_has_ended(void **state)
{
    expect(state, NAMED_RELEASE("a", "") NAMED_RELEASE("b", "") NAMED_RELEASE("c", ""),
           BLOCKED("a", "b") BLOCKED("b", "a") BLOCKED("c", "b"),
           "terminal HelmRelease n/a: DependencyCycle: HelmRelease n/a and HelmRelease n/b depend "
           "on each other [2 behind]\n");
}

// Nobody acts on the release: whoever would is the cause.
#define CONTROLLER(replicas)                                                                       \
    "---\n" DEPLOYMENT NAMED(                                                                      \
        "helm-controller",                                                                         \
        ", labels: {app.kubernetes.io/part-of: flux, "                                             \
        "app.kubernetes.io/component: helm-controller}") "spec: {replicas: " replicas "}\n"
#define AT_ZERO                                                                                    \
    CONTROLLER("0")                                                                                \
    "status: {observedGeneration: 1, conditions: [{type: Available, status: 'True'}]}\n"

static void test_cluster_blocked__a_controller_that_the_tree_wants_is_the_cause(void **state)
{
    expect(state, CONTROLLER("1") NAMED_RELEASE("a", ""), AT_ZERO NAMED_RELEASE("a", ""),
           "failing Deployment n/helm-controller: ScaledToZero: somebody scaled it to 0 replicas; "
           "the tree wants 1 [1 behind]\n");
}

static void test_cluster_blocked__a_controller_of_somebody_else_is_named(void **state)
{
    expect(
        state, NAMED_RELEASE("a", ""), AT_ZERO NAMED_RELEASE("a", ""),
        "progressing HelmRelease n/a: NotObserved: its controller is Deployment n/helm-controller: "
        "ScaledToZero: somebody scaled it to 0 replicas\n");
}

// What is below it belongs to the former version, too.
static void test_cluster_blocked__an_attempt_of_former_values_is_told(void **state)
{
    setenv("TZ", "UTC", 1);
    expect(
        state, NAMED_RELEASE("a", ""),
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "metadata: {name: a, namespace: n, generation: 3}\n"
        "status: {observedGeneration: 1, inventory: {entries: [{id: n_d_apps_Deployment, v: v1}]}, "
        "conditions: [{type: Reconciling, status: 'True', observedGeneration: 2, reason: "
        "Progressing, lastTransitionTime: '2026-01-01T10:59:30Z', message: \"Running 'upgrade' "
        "action with timeout of 10m5s\"}]}\n",
        "progressing HelmRelease n/a: FormerVersion: helm-controller is still in the upgrade of "
        "the former values, until 11:09:35 at most\n");
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_cluster_blocked__an_attempt_of_former_values_is_told),

            UNIT_FIXTURE(test_cluster_blocked__who_waits_is_counted_behind_the_cause),
            UNIT_FIXTURE(test_cluster_blocked__who_waits_for_what_does_not_exist_fails),
            UNIT_FIXTURE(test_cluster_blocked__who_waits_for_a_failure_elsewhere_says_it),
            UNIT_FIXTURE(test_cluster_blocked__who_waits_for_each_other_has_ended),
            UNIT_FIXTURE(test_cluster_blocked__a_controller_that_the_tree_wants_is_the_cause),
            UNIT_FIXTURE(test_cluster_blocked__a_controller_of_somebody_else_is_named))
