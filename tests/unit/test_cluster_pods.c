// SPDX-License-Identifier: Apache-2.0
// cluster/pods: which pod of a workload is told, and which counts as ready.
#include "test_cluster.h"

#include <time.h>

#define DEPLOYMENT(annotation) "apiVersion: apps/v1\nkind: Deployment\n" NAMED("d", annotation)
#define AT_REVISION(n) ", annotations: {deployment.kubernetes.io/revision: '" n "'}"
#define SET(name) "---\napiVersion: apps/v1\nkind: ReplicaSet\n" OWNED(name, "Deployment", "d")
#define COMPLETE                                                                                   \
    "status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, "          \
    "availableReplicas: 1, conditions: [{type: Available, status: 'True'}]}\n"
#define INCOMPLETE "status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1}\n"
#define POD(name, owner) "---\napiVersion: v1\nkind: Pod\n" OWNED(name, "ReplicaSet", owner)
#define WAITING(reason)                                                                            \
    "status: {phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: " reason     \
    ", message: m}}}]}\n"

// A ready pod whose container started so many seconds ago, by this machine's clock.
static char *started(const char *name, int seconds_ago)
{
    time_t at = time(NULL) - seconds_ago;
    struct tm utc;
    char stamp[32];

    gmtime_r(&at, &utc);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return mem_printf("---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: n, uid: "
                      "u-%s, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: a, "
                      "uid: u-a, controller: true}]}\nspec: {containers: [{name: c}]}\nstatus: "
                      "{phase: Running, conditions: [{type: Ready, status: 'True'}], "
                      "containerStatuses: [{name: c, ready: true, state: {running: {startedAt: "
                      "'%s'}}}]}\n",
                      name, name, stamp);
}

static void expect_started(void **state, int seconds_ago, const char *want)
{
    char *pod CLEANUP(mem_cleanup) = started("p", seconds_ago);
    char *cluster CLEANUP(mem_cleanup) = mem_printf("%s%s%s", DEPLOYMENT("") COMPLETE, //
                                                    SET("a"), pod);

    expect(state, DEPLOYMENT(""), cluster, want);
}

static void test_cluster_pods__a_container_that_has_just_started_is_not_ready(void **state)
{
    expect_started(state, 1,
                   "progressing Deployment n/d: pod n/p: container c: JustStarted: it has no "
                   "readiness probe; counts as ready when it has run for 5 s\n");
}

static void test_cluster_pods__one_that_runs_is(void **state)
{
    expect_started(state, 60, "");
}

// The cluster's clock is ahead, and this pod starts now.
static void test_cluster_pods__a_clock_that_is_ahead(void **state)
{
    expect_started(state, -3600,
                   "progressing Deployment n/d: pod n/p: container c: JustStarted: it has no "
                   "readiness probe; counts as ready when it has run for 5 s\n");
}

static void test_cluster_pods__one_of_the_tree(void **state)
{
    char *pod CLEANUP(mem_cleanup) = started("p", 1);

    expect(state, "apiVersion: v1\nkind: Pod\n" NAMED("p", ""), pod,
           "progressing Pod n/p: container c: JustStarted: it has no readiness probe; counts as "
           "ready when it has run for 5 s\n");
}

static void test_cluster_pods__an_older_revision_is_no_cause_of_the_newest(void **state)
{
    expect(state, DEPLOYMENT(""),
           DEPLOYMENT(AT_REVISION("2")) INCOMPLETE
           "---\napiVersion: apps/v1\nkind: ReplicaSet\n"
           "metadata: {name: a, namespace: n, uid: u-a, annotations: "
           "{deployment.kubernetes.io/revision: '1'}, ownerReferences: [{kind: Deployment, name: "
           "d, uid: u-d, controller: true}]}\n"
           "---\napiVersion: apps/v1\nkind: ReplicaSet\n"
           "metadata: {name: b, namespace: n, uid: u-b, annotations: "
           "{deployment.kubernetes.io/revision: '2'}, ownerReferences: [{kind: Deployment, name: "
           "d, uid: u-d, controller: true}]}\n" //
           POD("old", "a") WAITING("ImagePullBackOff") POD("new", "b") WAITING("ContainerCreating"),
           "progressing Deployment n/d: pod n/new: container c: ContainerCreating: m\n");
}

// The fields of a real one whose image was put right while its pod could not pull the former.
#define STATEFUL_SET(spec)                                                                         \
    "apiVersion: apps/v1\nkind: StatefulSet\n" NAMED(                                              \
        "s",                                                                                       \
        "") "spec: " spec "\nstatus: {observedGeneration: 1, replicas: 1, currentRevision: b, "    \
            "updateRevision: b}\n"                                                                 \
            "---\napiVersion: v1\nkind: Pod\nmetadata: {name: s-0, namespace: n, uid: u-s-0, "     \
            "labels: {controller-revision-hash: a}, ownerReferences: [{kind: StatefulSet, name: "  \
            "s, uid: u-s, controller: true}]}\n"

// Several times in one test: the client of the time before is not needed any more.
static void expect_old(void **state, const char *cluster, const char *want)
{
    struct fixture *f = *state;

    kube_free(f->kube);
    kubeconfig_free(f->config);
    expect(state, "apiVersion: apps/v1\nkind: StatefulSet\n" NAMED("s", ""), cluster, want);
}

static void test_cluster_pods__an_older_revision_that_is_in_the_way(void **state)
{
    static const char kept[] =
        "failing StatefulSet n/s: pod n/s-0: container c: OldPodKept: the pod is of an older "
        "revision and fails; the StatefulSet keeps it until it is ready or deleted\n";

    expect_old(state,
               STATEFUL_SET("{podManagementPolicy: OrderedReady, updateStrategy: {type: "
                            "RollingUpdate, rollingUpdate: {partition: 0}}}")
                   WAITING("ErrImagePull"),
               kept);
    expect_old(state,
               STATEFUL_SET("{podManagementPolicy: Parallel, updateStrategy: {type: OnDelete}}")
                   WAITING("ErrImagePull"),
               kept);
}

static void test_cluster_pods__an_older_revision_that_is_replaced(void **state)
{
    expect_old(state, STATEFUL_SET("{podManagementPolicy: Parallel}") WAITING("ErrImagePull"),
               "progressing StatefulSet n/s: pod n/s-0: container c: ErrImagePull: m (of an older "
               "revision)\n");
    expect_old(state, STATEFUL_SET("{}") WAITING("ContainerCreating"),
               "progressing StatefulSet n/s: pod n/s-0: container c: ContainerCreating: m (of an "
               "older revision)\n");
}

// Its newest revision has no pod at all, and the Deployment says why.
static void test_cluster_pods__an_older_revision_beside_what_cannot_be_made(void **state)
{
    expect(state, DEPLOYMENT(""),
           DEPLOYMENT(AT_REVISION("2")) //
           "status: {observedGeneration: 1, replicas: 1, conditions: [{type: ReplicaFailure, "
           "status: 'True', reason: FailedCreate, message: exceeded quota}]}\n" //
           "---\napiVersion: apps/v1\nkind: ReplicaSet\n"
           "metadata: {name: a, namespace: n, uid: u-a, annotations: "
           "{deployment.kubernetes.io/revision: '1'}, ownerReferences: [{kind: Deployment, name: "
           "d, uid: u-d, controller: true}]}\n" //
           POD("old", "a") WAITING("ImagePullBackOff"),
           "failing Deployment n/d: FailedCreate: exceeded quota\n");
}

static void test_cluster_pods__what_has_ended_tells_least(void **state)
{
    expect(state, DEPLOYMENT(""),
           DEPLOYMENT("") INCOMPLETE SET("a")
               POD("evicted",
                   "a") "status: {phase: Failed, reason: Evicted, message: low on memory}\n" //
           POD("new", "a") WAITING("ContainerCreating"),
           "progressing Deployment n/d: pod n/new: container c: ContainerCreating: m\n");
}

// Its pod says what it waited for.
static void test_cluster_pods__a_deployment_past_its_deadline(void **state)
{
    expect(
        state, DEPLOYMENT(""),
        DEPLOYMENT("") //
        "status: {observedGeneration: 1, replicas: 1, conditions: [{type: Progressing, status: "
        "'False', reason: ProgressDeadlineExceeded, message: timed out}]}\n" //
        SET("a") POD(
            "p",
            "a") "status: {phase: Running, containerStatuses: [{name: c, state: {running: {}}}]}\n",
        "failing Deployment n/d: pod n/p: container c: ContainerNotReady: running, but its "
        "readiness probe has not succeeded (ProgressDeadlineExceeded: timed out)\n");
}

// The pods that there are do not tell why there are no more.
static void test_cluster_pods__one_that_cannot_make_its_pods(void **state)
{
    expect(state, DEPLOYMENT(""),
           DEPLOYMENT("") //
           "status: {observedGeneration: 1, replicas: 1, conditions: [{type: ReplicaFailure, "
           "status: 'True', reason: FailedCreate, message: exceeded quota}]}\n" //
           SET("a") POD("p", "a") WAITING("ContainerCreating"),
           "failing Deployment n/d: FailedCreate: exceeded quota\n");
}

SERVER_MAIN("kube_api.py",
            UNIT_FIXTURE(test_cluster_pods__a_container_that_has_just_started_is_not_ready),
            UNIT_FIXTURE(test_cluster_pods__one_that_runs_is),
            UNIT_FIXTURE(test_cluster_pods__a_clock_that_is_ahead),
            UNIT_FIXTURE(test_cluster_pods__one_of_the_tree),
            UNIT_FIXTURE(test_cluster_pods__an_older_revision_is_no_cause_of_the_newest),
            UNIT_FIXTURE(test_cluster_pods__an_older_revision_that_is_in_the_way),
            UNIT_FIXTURE(test_cluster_pods__an_older_revision_that_is_replaced),
            UNIT_FIXTURE(test_cluster_pods__an_older_revision_beside_what_cannot_be_made),
            UNIT_FIXTURE(test_cluster_pods__what_has_ended_tells_least),
            UNIT_FIXTURE(test_cluster_pods__a_deployment_past_its_deadline),
            UNIT_FIXTURE(test_cluster_pods__one_that_cannot_make_its_pods))
