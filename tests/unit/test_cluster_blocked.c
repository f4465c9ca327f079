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

// What helm-controller's objects look like: it began at 09:24:54, under the generation of before,
// when the umbrella's release had written a Secret of values; the release was written with it.
#define AT_WORK(changed, asked)                                                                    \
    "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"                              \
    "metadata: {name: a, namespace: n, generation: 2, managedFields: ["                            \
    "{manager: helm-controller, operation: Apply, time: '" changed "'}, "                          \
    "{manager: helm-controller, operation: Update, time: '2026-11-27T09:24:06Z'}, "                \
    "{manager: flux, operation: Update, time: '" asked "'}, {manager: helm-controller, "           \
    "operation: Update, subresource: status, time: '2026-11-27T09:30:00Z'}]}\n"                    \
    "status: {observedGeneration: 1, lastAttemptedGeneration: 1, "                                 \
    "inventory: {entries: [{id: n_d_apps_Deployment, v: v1}]}, conditions: ["                      \
    "{type: Reconciling, status: 'True', observedGeneration: 1, reason: Progressing, "             \
    "lastTransitionTime: '2026-11-27T09:24:54Z', message: \"Running 'upgrade' action with "        \
    "timeout of 10m0s\"}, {type: Ready, status: Unknown, observedGeneration: 1, reason: "          \
    "Progressing, lastTransitionTime: '2026-11-27T09:24:54Z', message: \"Running 'upgrade' "       \
    "action with timeout of 10m0s\"}]}\n"                                                          \
    "---\n" DEPLOYMENT NAMED("d", "") "status: {observedGeneration: 1, replicas: 1}\n"

// What is below it belongs to the former values, too.
static void test_cluster_blocked__an_attempt_of_former_values_is_told(void **state)
{
    setenv("TZ", "UTC", 1);
    expect(state, NAMED_RELEASE("a", ""), AT_WORK("2026-11-27T09:26:24Z", "2026-11-27T09:24:22Z"),
           "progressing HelmRelease n/a: FormerVersion: helm-controller is still in the upgrade of "
           "the former values, until 09:34:54 at most\n");
}

static void test_cluster_blocked__an_attempt_of_present_values_is_not(void **state)
{
    expect(state, NAMED_RELEASE("a", ""), AT_WORK("2026-11-27T09:24:55Z", "2026-11-27T09:26:24Z"),
           "progressing HelmRelease n/a: Deployment n/d: PodsOutdated: 0 of 1 pods are updated\n");
}

// What a Kustomization looks like whose fix was applied while the controller waits for the objects
// of before; the release below it and the pods of that are of before, too.
#define CHECKED(generation)                                                                        \
    "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, "   \
    "namespace: n, generation: " generation "}\nstatus: {observedGeneration: 1, inventory: "       \
    "{entries: [{id: n_a_helm.toolkit.fluxcd.io_HelmRelease, v: v2}]}, conditions: ["              \
    "{type: Ready, status: Unknown, observedGeneration: 2, reason: Progressing, message: "         \
    "Reconciliation in progress}, {type: Healthy, status: Unknown, observedGeneration: 2, "        \
    "reason: Progressing, lastTransitionTime: '2026-11-28T06:23:30Z', message: 'Running health "   \
    "checks for revision 3.30.0@sha1:413aa6f0 with a timeout of 10m0s'}]}\n"                       \
    "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, "          \
    "namespace: n}\nstatus: {inventory: {entries: [{id: n_d_apps_Deployment, v: v1}]}, "           \
    "conditions: [{type: Ready, status: 'False', reason: UpgradeFailed, message: m}]}\n"           \
    "---\n" DEPLOYMENT NAMED("d", "") "status: {observedGeneration: 1, replicas: 1}\n"
#define KUSTOMIZATION                                                                              \
    "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n" NAMED("k", "")

static void test_cluster_blocked__health_checks_of_a_former_version_are_told(void **state)
{
    setenv("TZ", "UTC", 1);
    expect(state, KUSTOMIZATION, CHECKED("3"),
           "progressing Kustomization n/k: FormerVersion: kustomize-controller is still in the "
           "health checks of the former version, until 06:33:30 at most\n");
}

static void test_cluster_blocked__health_checks_of_the_present_version_are_not(void **state)
{
    expect(state, KUSTOMIZATION, CHECKED("2"),
           "failing HelmRelease n/a: UpgradeFailed: m\n"
           "progressing HelmRelease n/a: Deployment n/d: PodsOutdated: 0 of 1 pods are updated\n");
}

SERVER_MAIN("kube_api.py",
            UNIT_FIXTURE(test_cluster_blocked__health_checks_of_a_former_version_are_told),
            UNIT_FIXTURE(test_cluster_blocked__health_checks_of_the_present_version_are_not),
            UNIT_FIXTURE(test_cluster_blocked__an_attempt_of_former_values_is_told),
            UNIT_FIXTURE(test_cluster_blocked__an_attempt_of_present_values_is_not),

            UNIT_FIXTURE(test_cluster_blocked__who_waits_is_counted_behind_the_cause),
            UNIT_FIXTURE(test_cluster_blocked__who_waits_for_what_does_not_exist_fails),
            UNIT_FIXTURE(test_cluster_blocked__who_waits_for_a_failure_elsewhere_says_it),
            UNIT_FIXTURE(test_cluster_blocked__who_waits_for_each_other_has_ended),
            UNIT_FIXTURE(test_cluster_blocked__a_controller_that_the_tree_wants_is_the_cause),
            UNIT_FIXTURE(test_cluster_blocked__a_controller_of_somebody_else_is_named))
