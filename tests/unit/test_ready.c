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
    expect(READY_TERMINAL, "Suspended", JOB "spec: {suspend: true}");
}

#define CRD                                                                                        \
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"

static void test_ready__cluster_kinds(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "Installing", CRD "status: {}");
    expect(READY_FAILING, "Conflict",
           CRD "status: {conditions: [{type: NamesAccepted, status: 'False', reason: Conflict}]}");
    expect(READY_OK, "", CRD "status: {conditions: [{type: Established, status: 'True'}]}");
    expect(READY_PROGRESSING, "Terminating",
           "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\nstatus: {phase: Terminating}");
    expect(READY_FAILING, "MissingEndpoints",
           "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: x}\n"
           "status: {conditions: [{type: Available, status: 'False', reason: MissingEndpoints}]}");
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
        cmocka_unit_test(test_ready__kinds_without_a_rule),
        cmocka_unit_test(test_ready__messages_are_one_line_without_quoting),
        cmocka_unit_test(test_ready__long_messages_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
