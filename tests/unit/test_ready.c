// SPDX-License-Identifier: Apache-2.0
// model/ready: the vectors of kstatus with our stricter answers (docs/internals/ready.md).
#include "support_ready.h"

#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, generation: 2}\n"
#define COUNTS(n)                                                                                  \
    "replicas: " #n ", updatedReplicas: " #n ", readyReplicas: " #n ", availableReplicas: " #n

static void test_ready__deployment(void **state)
{
    (void)state;
    expect(READY_OK, "",
           DEPLOYMENT "spec: {replicas: 1}\nstatus: {observedGeneration: 2, " COUNTS(
               1) ", "
                  "conditions: [{type: Available, status: 'True'}]}");
    expect(READY_PROGRESSING, "NotObserved", DEPLOYMENT "spec: {replicas: 1}");
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           DEPLOYMENT "status: {observedGeneration: 1, " COUNTS(1) "}");
    expect(READY_PROGRESSING, "PodsMissing",
           DEPLOYMENT "spec: {replicas: 2}\nstatus: {observedGeneration: 2, " COUNTS(1) "}");
    expect(READY_PROGRESSING, "OldPods",
           DEPLOYMENT "spec: {replicas: 1}\nstatus: {observedGeneration: 2, replicas: 2, "
                      "updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2}");
    expect(READY_PROGRESSING, "NotAvailable",
           DEPLOYMENT "spec: {replicas: 1}\nstatus: {observedGeneration: 2, " COUNTS(1) "}");
    expect(READY_FAILING, "ProgressDeadlineExceeded",
           DEPLOYMENT "status: {observedGeneration: 2, conditions: [{type: Progressing, "
                      "status: 'False', reason: ProgressDeadlineExceeded}]}");
    expect(READY_FAILING, "FailedCreate",
           DEPLOYMENT "status: {observedGeneration: 2, conditions: [{type: ReplicaFailure, "
                      "status: 'True', reason: FailedCreate, message: quota}]}");
    expect(READY_OK, "",
           DEPLOYMENT "spec: {replicas: 0}\nstatus: {observedGeneration: 2, "
                      "conditions: [{type: Available, status: 'True'}]}");
}

static void test_ready__a_paused_deployment_says_so(void **state)
{
    (void)state;
    expect(READY_TERMINAL, "Paused",
           DEPLOYMENT "spec: {replicas: 1, paused: true}\nstatus: {observedGeneration: 2, "
                      "conditions: [{type: Progressing, status: Unknown, "
                      "reason: DeploymentPaused, message: Deployment is paused}]}");
    // in the middle of its rollout, or following a change of its scale
    expect(READY_PROGRESSING, "Paused",
           DEPLOYMENT
           "spec: {replicas: 2, paused: true}\nstatus: {observedGeneration: 2, " COUNTS(1) "}");
    // through with it before it was paused
    expect(READY_OK, "",
           DEPLOYMENT "spec: {replicas: 1, paused: true}\nstatus: {observedGeneration: 2, " COUNTS(
               1) ", conditions: [{type: Available, status: 'True'}]}");
}

#define STATEFUL "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x, generation: 1}\n"

static void test_ready__stateful_set(void **state)
{
    (void)state;
    expect(READY_OK, "",
           STATEFUL "spec: {replicas: 4}\nstatus: {observedGeneration: 1, " COUNTS(
               4) ", currentReplicas: 4, currentRevision: a, updateRevision: a}");
    expect(READY_PROGRESSING, "PodsNotReady",
           STATEFUL "spec: {replicas: 4}\nstatus: {observedGeneration: 1, replicas: 4, "
                    "updatedReplicas: 4, readyReplicas: 2}");
    expect(READY_PROGRESSING, "RevisionChanging",
           STATEFUL "spec: {replicas: 1}\nstatus: {observedGeneration: 1, " COUNTS(
               1) ", currentRevision: a, updateRevision: b}");
    // kstatus calls OnDelete ready with no pod ready at all
    expect(READY_PROGRESSING, "PodsNotReady",
           STATEFUL "spec: {replicas: 1, updateStrategy: {type: OnDelete}}\n"
                    "status: {observedGeneration: 1, replicas: 1}");
    expect(READY_OK, "",
           STATEFUL
           "spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}}\n"
           "status: {observedGeneration: 1, replicas: 3, updatedReplicas: 1, "
           "readyReplicas: 3, availableReplicas: 3, currentRevision: a, updateRevision: b}");
}

#define DAEMON "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x, generation: 1}\n"

static void test_ready__daemon_set(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "NotObserved", DAEMON "status: {desiredNumberScheduled: 1}");
    expect(READY_OK, "", DAEMON "status: {observedGeneration: 1, desiredNumberScheduled: 0}");
    expect(READY_PROGRESSING, "PodsNotReady",
           DAEMON "status: {observedGeneration: 1, desiredNumberScheduled: 2, "
                  "currentNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 1}");
}

#define JOB "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\n"

static void test_ready__job(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "Running", JOB "status: {}");
    // kstatus calls a started job ready
    expect(READY_PROGRESSING, "Running", JOB "status: {startTime: now, active: 1}");
    expect(READY_OK, "", JOB "status: {conditions: [{type: Complete, status: 'True'}]}");
    expect(READY_TERMINAL, "BackoffLimitExceeded",
           JOB "status: {conditions: [{type: Failed, status: 'True', "
               "reason: BackoffLimitExceeded}]}");
    // told as soon as it is certain
    expect(READY_TERMINAL, "PodFailurePolicy",
           JOB "status: {active: 1, conditions: [{type: FailureTarget, status: 'True', reason: "
               "PodFailurePolicy}]}");
    expect(READY_PROGRESSING, "Running",
           JOB "status: {active: 1, conditions: [{type: SuccessCriteriaMet, status: 'True'}]}");
    expect(READY_TERMINAL, "Suspended", JOB "spec: {suspend: true}");
}

#define CRD                                                                                        \
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"

#define API_SERVICE                                                                                \
    "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: x}\n"               \
    "status: {conditions: "

static void test_ready__cluster_kinds(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "Installing", CRD "status: {}");
    expect(READY_FAILING, "Conflict",
           CRD "status: {conditions: [{type: NamesAccepted, status: 'False', reason: Conflict}]}");
    expect(READY_OK, "", CRD "status: {conditions: [{type: Established, status: 'True'}]}");
    expect(READY_PROGRESSING, "Terminating",
           "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\nstatus: {phase: Terminating}");
    expect(READY_FAILING, "FailedDiscoveryCheck",
           API_SERVICE "[{type: Available, status: 'False', reason: FailedDiscoveryCheck}]}");
    // its pods may still start
    expect(READY_PROGRESSING, "MissingEndpoints",
           API_SERVICE "[{type: Available, status: 'False', reason: MissingEndpoints}]}");
    expect(READY_PROGRESSING, "NotObserved", API_SERVICE "[]}");
    expect(READY_OK, "", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}");
    expect(READY_PROGRESSING, "Terminating",
           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, deletionTimestamp: now}");
}

#define CRD_BEING_DELETED                                                                          \
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x, "    \
    "deletionTimestamp: now, finalizers: [f]}\nstatus: {conditions: [{type: Established, status: " \
    "'True'}, {type: Terminating, status: 'True', message: CustomResource deletion is in "         \
    "progress}]}"
#define NAMESPACE                                                                                  \
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, deletionTimestamp: now}\nstatus: "

static void test_ready__what_holds_a_deletion(void **state)
{
    struct ready r;

    (void)state;
    expect(READY_PROGRESSING, "Terminating", NAMESPACE "{phase: Terminating}");
    ready_check(
        object(NAMESPACE
               "{phase: Terminating, conditions: [{type: NamespaceDeletionDiscoveryFailure, "
               "status: 'False', message: none}, {type: NamespaceContentRemaining, status: "
               "'True', message: configmaps. has 1 resource instances}, {type: "
               "NamespaceFinalizersRemaining, status: 'True', message: a.b/c in 1 "
               "resource instances}]}"),
        &r);
    assert_int_equal(r.state, READY_PROGRESSING);
    assert_string_equal(r.reason, "NamespaceFinalizersRemaining");
    assert_string_equal(r.message, "a.b/c in 1 resource instances; configmaps. has 1 resource "
                                   "instances");
    assert_string_equal(r.since, "now");
    ready_check(object("apiVersion: v1\nkind: Secret\nmetadata: {name: x, deletionTimestamp: now, "
                       "finalizers: [a.b/c]}"),
                &r);
    assert_string_equal(r.reason, "Terminating");
    assert_string_equal(r.message, "being deleted, held by finalizer a.b/c");
    ready_check(object(CRD_BEING_DELETED), &r);
    assert_string_equal(r.reason, "Terminating");
    assert_string_equal(r.message, "being deleted, held by finalizer f: CustomResource deletion is "
                                   "in progress");
}

static void test_ready__definitions_that_are_not_served(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "Installing",
           CRD "status: {conditions: [{type: NamesAccepted, status: 'True'}, {type: Established, "
               "status: 'False', reason: Installing}]}");
    // whatever the reason
    expect(READY_FAILING, "NotAccepted",
           CRD "status: {conditions: [{type: Established, status: 'False', reason: NotAccepted}]}");
    expect(READY_FAILING, "Violations",
           CRD "status: {conditions: [{type: NonStructuralSchema, status: 'True', reason: "
               "Violations}]}");
    expect(READY_FAILING, "MissingAnnotation",
           CRD "status: {conditions: [{type: KubernetesAPIApprovalPolicyConformant, status: "
               "'False', reason: MissingAnnotation}]}");
    // served with what keeps only new ones out
    expect(READY_OK, "",
           CRD "status: {conditions: [{type: NonStructuralSchema, status: 'True'}, {type: "
               "Established, status: 'True'}]}");
    // served, and with a new short name that another one has
    expect(READY_FAILING, "ShortNamesConflict",
           CRD "status: {conditions: [{type: NamesAccepted, status: 'False', reason: "
               "ShortNamesConflict}, {type: Established, status: 'True'}]}");
}

#define SCALER                                                                                     \
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\n"             \
    "status: {conditions: "

static void test_ready__autoscalers(void **state)
{
    (void)state;
    expect(READY_OK, "", SCALER "[]}");
    expect(READY_FAILING, "FailedGetScale",
           SCALER "[{type: AbleToScale, status: 'False', reason: FailedGetScale}]}");
    // a sandbox need not have metrics
    expect(READY_OK, "",
           SCALER "[{type: AbleToScale, status: 'True'}, {type: ScalingActive, status: 'False', "
                  "reason: FailedGetResourceMetric}]}");
}

#define CUSTOM "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x, generation: 2}\n"

static void test_ready__kinds_without_a_rule(void **state)
{
    (void)state;
    expect(READY_OK, "", CUSTOM);
    expect(READY_OK, "", CUSTOM "status: {conditions: [{type: Ready, status: 'True'}]}");
    expect(READY_FAILING, "Broken",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: Broken}]}");
    // the condition's own generation is older: kstatus does not look at it
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           CUSTOM "status: {conditions: [{type: Ready, status: 'True', observedGeneration: 1}]}");
    // both orders of conditions give the same
    expect(READY_TERMINAL, "Dead",
           CUSTOM "status: {conditions: [{type: Stalled, status: 'True', reason: Dead}, "
                  "{type: Reconciling, status: 'True'}]}");
    expect(READY_TERMINAL, "Dead",
           CUSTOM "status: {conditions: [{type: Reconciling, status: 'True'}, "
                  "{type: Stalled, status: 'True', reason: Dead}]}");
    // nor is it stalled for good when that was found of an older generation
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           CUSTOM "status: {conditions: [{type: Stalled, status: 'True', reason: Dead, "
                  "observedGeneration: 1}]}");
}

static void test_ready__conditions_of_other_kinds(void **state)
{
    (void)state;
    // operators that have no Ready condition, and sealed-secrets
    expect(READY_OK, "", CUSTOM "status: {conditions: [{type: Available, status: 'True'}]}");
    expect(READY_FAILING, "NoQuorum",
           CUSTOM "status: {conditions: [{type: Available, status: 'False', reason: NoQuorum}]}");
    expect(READY_FAILING, "CannotDecrypt",
           CUSTOM "status: {observedGeneration: 2, conditions: [{type: Synced, status: 'False', "
                  "reason: CannotDecrypt}]}");
    expect(READY_FAILING, "Broken",
           CUSTOM "status: {conditions: [{type: Failed, status: 'True', reason: Broken}]}");
    expect(READY_OK, "", CUSTOM "status: {conditions: [{type: Failed, status: 'False'}]}");
    // Ready sums up what the others tell
    expect(READY_OK, "",
           CUSTOM "status: {conditions: [{type: Available, status: 'False', reason: Old}, {type: "
                  "Ready, status: 'True'}]}");
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           CUSTOM "status: {conditions: [{type: Available, status: 'True', observedGeneration: "
                  "1}]}");
}

static void test_ready__what_other_kinds_are_at_work_on_is_no_failure(void **state)
{
    (void)state;
    // cert-manager, Crossplane, Cluster API
    expect(READY_PROGRESSING, "DoesNotExist",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: DoesNotExist}]}");
    expect(READY_PROGRESSING, "Creating",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: Creating}]}");
    expect(READY_PROGRESSING, "WaitingForInfrastructure",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: "
                  "WaitingForInfrastructure}]}");
    expect(READY_PROGRESSING, "Ready",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False'}]}");
    expect(READY_PROGRESSING, "Odd",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: Odd}, {type: "
                  "Issuing, status: 'True'}]}");
    // a retry is one
    expect(READY_FAILING, "Odd",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: Odd}, {type: "
                  "Reconciling, status: 'True', reason: ProgressingWithRetry}]}");
    expect(READY_FAILING, "ProgressDeadlineExceeded",
           CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: "
                  "ProgressDeadlineExceeded}]}");
}

#define OPERATED(group, kind)                                                                      \
    "apiVersion: " group "/v1\nkind: " kind "\nmetadata: {name: x, generation: 2}\n"
#define PROMETHEUS OPERATED("monitoring.coreos.com", "Prometheus")
#define ALLOY OPERATED("collectors.grafana.com", "Alloy")

// Nothing runs of what no operator has seen: with an operator that idles, status once said that a
// sandbox was ready of which no Alloy ran.
static void test_ready__what_an_operator_starts_needs_a_status(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "NotObserved", PROMETHEUS);
    expect(READY_PROGRESSING, "NotObserved", PROMETHEUS "status: {}");
    expect(READY_PROGRESSING, "NotObserved", ALLOY);
    expect(READY_PROGRESSING, "NotObserved", OPERATED("kiali.io", "Kiali"));
    // of the same group, and started by nobody
    expect(READY_OK, "", OPERATED("monitoring.coreos.com", "PrometheusRule"));
}

static void test_ready__what_prometheus_operator_says(void **state)
{
    (void)state;
    expect(READY_OK, "",
           PROMETHEUS "status: {conditions: [{type: Available, status: 'True', observedGeneration: "
                      "2}, {type: Reconciled, status: 'True', observedGeneration: 2}]}");
    expect(READY_PROGRESSING, "SomePodsNotReady",
           PROMETHEUS "status: {conditions: [{type: Available, status: Degraded, reason: "
                      "SomePodsNotReady, observedGeneration: 2}]}");
    // the pods of before are up, and what is asked for now cannot be done
    expect(READY_FAILING, "ReconciliationFailed",
           PROMETHEUS "status: {conditions: [{type: Available, status: 'True', observedGeneration: "
                      "2}, {type: Reconciled, status: 'False', reason: ReconciliationFailed, "
                      "observedGeneration: 2}]}");
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           PROMETHEUS "status: {conditions: [{type: Available, status: 'True', observedGeneration: "
                      "1}, {type: Reconciled, status: 'False', reason: ReconciliationFailed, "
                      "observedGeneration: 1}]}");
}

static void test_ready__what_an_operator_made_of_a_chart_says(void **state)
{
    (void)state;
    expect(READY_OK, "",
           ALLOY "status: {conditions: [{type: Initialized, status: 'True'}, {type: Deployed, "
                 "status: 'True', reason: InstallSuccessful}]}");
    expect(READY_PROGRESSING, "UninstallSuccessful",
           ALLOY "status: {conditions: [{type: Deployed, status: 'False', reason: "
                 "UninstallSuccessful}]}");
    expect(READY_FAILING, "InstallError",
           ALLOY "status: {conditions: [{type: Initialized, status: 'True'}, {type: ReleaseFailed, "
                 "status: 'True', reason: InstallError}]}");
    expect(READY_FAILING, "ReconcileError",
           ALLOY "status: {conditions: [{type: Deployed, status: 'True'}, {type: Irreconcilable, "
                 "status: 'True', reason: ReconcileError}]}");
}

// What has a rule, and one that has none.
static const char *const kinds[][2] = {
    {"v1", "Pod"},
    {"v1", "Namespace"},
    {"v1", "Service"},
    {"v1", "PersistentVolumeClaim"},
    {"apps/v1", "Deployment"},
    {"apps/v1", "StatefulSet"},
    {"apps/v1", "DaemonSet"},
    {"apps/v1", "ReplicaSet"},
    {"batch/v1", "Job"},
    {"autoscaling/v2", "HorizontalPodAutoscaler"},
    {"policy/v1", "PodDisruptionBudget"},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition"},
    {"apiregistration.k8s.io/v1", "APIService"},
    {"source.toolkit.fluxcd.io/v1", "GitRepository"},
    {"source.toolkit.fluxcd.io/v1", "HelmRepository"},
    {"kustomize.toolkit.fluxcd.io/v1", "Kustomization"},
    {"helm.toolkit.fluxcd.io/v2", "HelmRelease"},
    {"example.com/v1", "Thing"},
};

// Whoever may write a status may write anything.
static const char *const odd[] = {
    "",
    "metadata: x\nspec: 1\nstatus: []\n",
    "metadata: {name: x, generation: many}\nstatus: {observedGeneration: -1, conditions: x}\n",
    "metadata: {name: x, generation: 1}\nstatus: {conditions: [1, x, [], {}, {type: []}]}\n",
    "metadata: {name: x, generation: 9223372036854775807}\nstatus: {observedGeneration: "
    "-9223372036854775808, replicas: -1, conditions: {type: Ready}}\n",
    "metadata: {name: x, deletionTimestamp: [], finalizers: x}\n",
    "metadata: {name: x, deletionTimestamp: x, finalizers: [1, {}, []]}\n"
    "status: {phase: 7, conditions: [{type: Terminating, status: 'True', message: {}}]}\n",
    "metadata: {name: x}\nspec: {replicas: x, containers: {}, initContainers: [1], "
    "readinessGates: [1, {conditionType: []}], updateStrategy: 1, nodeName: []}\n"
    "status: {phase: Running, observedGeneration: x, replicas: x, containerStatuses: [1, {}, "
    "{name: c, state: x}, {name: d, state: {terminated: {exitCode: x}}}, {name: e, state: "
    "{running: 1}, lastState: {terminated: []}}], initContainerStatuses: x}\n",
    "metadata: {name: x, generation: 1}\nstatus: {failures: x, history: {}, "
    "lastAppliedRevision: 1, conditions: [{type: Ready, status: true, reason: 1, message: [], "
    "observedGeneration: x, lastTransitionTime: 0}, {type: Stalled, status: 1}]}\n",
    "metadata: {name: x, generation: 1}\nstatus: {history: [x], artifact: x, conditions: [{type: "
    "Ready, status: 'False'}, {type: Released, status: 'False'}, {type: Stalled, status: "
    "'True'}]}\n",
};

static void test_ready__odd_objects_have_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        for (size_t j = 0; j < ARRAY_LEN(odd); j++) {
            char yaml[2048];
            const struct node *one;
            struct ready_pod pod;
            struct ready r;

            snprintf(yaml, sizeof(yaml), "apiVersion: %s\nkind: %s\n%s", kinds[i][0], kinds[i][1],
                     odd[j]);
            one = object(yaml);
            ready_check(one, &r);
            assert_in_range(r.state, READY_OK, READY_TERMINAL);
            assert_true(r.state == READY_OK || r.reason[0]);
            ready_check_pod(one, &pod);
            assert_true(pod.state == READY_OK || pod.reason[0]);
            ready_pod_is_young(one, INT64_MAX, &pod);
            ready_pod_is_young(one, INT64_MIN, &pod);
        }
    }
}

static void test_ready__long_messages_are_cut_between_characters(void **state)
{
    char yaml[4096] =
        CUSTOM "status: {conditions: [{type: Ready, status: 'False', reason: R, message: \"";
    struct ready r;

    (void)state;
    for (int i = 0; i < 500; i++)
        memcpy(yaml + strlen(yaml), "\xc3\xa9", 3); // é
    memcpy(yaml + strlen(yaml), "\"}]}", 5);
    ready_check(object(yaml), &r);
    assert_true(strlen(r.message) < sizeof(r.message));
    assert_int_equal(strlen(r.message) % 2, 0);
}

static void test_ready__messages_are_one_line_without_quoting(void **state)
{
    struct ready r;

    (void)state;
    ready_check(object("apiVersion: x.y/v1\nkind: Z\nmetadata: {name: x}\nstatus: {conditions: "
                       "[{type: Ready, status: 'False', reason: R, "
                       "message: \"no \\\\\\\"a\\\\\\\" in\\n- b\"}]}"),
                &r);
    assert_string_equal(r.message, "no \"a\" in; - b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ready__deployment),
        cmocka_unit_test(test_ready__a_paused_deployment_says_so),
        cmocka_unit_test(test_ready__stateful_set),
        cmocka_unit_test(test_ready__daemon_set),
        cmocka_unit_test(test_ready__job),
        cmocka_unit_test(test_ready__cluster_kinds),
        cmocka_unit_test(test_ready__what_holds_a_deletion),
        cmocka_unit_test(test_ready__definitions_that_are_not_served),
        cmocka_unit_test(test_ready__autoscalers),
        cmocka_unit_test(test_ready__kinds_without_a_rule),
        cmocka_unit_test(test_ready__messages_are_one_line_without_quoting),
        cmocka_unit_test(test_ready__conditions_of_other_kinds),
        cmocka_unit_test(test_ready__what_other_kinds_are_at_work_on_is_no_failure),
        cmocka_unit_test(test_ready__what_an_operator_starts_needs_a_status),
        cmocka_unit_test(test_ready__what_prometheus_operator_says),
        cmocka_unit_test(test_ready__what_an_operator_made_of_a_chart_says),
        cmocka_unit_test(test_ready__odd_objects_have_an_answer),
        cmocka_unit_test(test_ready__long_messages_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
