// SPDX-License-Identifier: Apache-2.0
// cluster/evidence: what is found out about objects whose own status does not say what is wrong.
#include "test_cluster.h"

#include "cluster/evidence/nodes.h"
#include "cluster/evidence/questions.h"

#define EVENT_ABOUT(name, order, about, kind, reason, message)                                     \
    "---\napiVersion: v1\nkind: Event\nmetadata: {name: " name ", namespace: n, resourceVersion: " \
    "'" order "'}\ninvolvedObject: {" about "}\ntype: " kind "\nreason: " reason                   \
    "\nmessage: '" message "'\nfirstTimestamp: '2026-01-01T00:00:01Z'\n"                           \
    "lastTimestamp: '2026-01-01T00:00:09Z'\ncount: 4\n"
#define EVENT(name, order, about, kind, reason, message)                                           \
    EVENT_ABOUT(name, order, "uid: u-" about, kind, reason, message)

#define STATEFUL_SET "apiVersion: apps/v1\nkind: StatefulSet\n" NAMED("web", "")
#define NO_PODS "status: {observedGeneration: 1, replicas: 0}\n"
#define QUOTA "create Pod web-0 failed error: exceeded quota: q"

static void test_cluster_evidence__a_set_that_may_not_make_pods(void **state)
{
    expect(state, STATEFUL_SET,
           STATEFUL_SET NO_PODS EVENT("e", "5", "web", "Warning", "FailedCreate", QUOTA),
           "failing StatefulSet n/web: FailedCreate: " QUOTA "\n");
}

static void test_cluster_evidence__a_set_that_made_pods_since(void **state)
{
    expect(state, STATEFUL_SET,
           STATEFUL_SET NO_PODS EVENT("e", "5", "web", "Warning", "FailedCreate", QUOTA)
               EVENT("f", "6", "web", "Normal", "SuccessfulCreate", "made"),
           "progressing StatefulSet n/web: PodsMissing: 0 of 1 pods exist\n");
}

static void test_cluster_evidence__of_another_object(void **state)
{
    expect(state, STATEFUL_SET,
           STATEFUL_SET NO_PODS EVENT("e", "5", "db", "Warning", "FailedCreate", QUOTA),
           "progressing StatefulSet n/web: PodsMissing: 0 of 1 pods exist\n");
}

static void test_cluster_evidence__a_daemon_set_and_a_job(void **state)
{
#define DAEMON_SET "apiVersion: apps/v1\nkind: DaemonSet\n" NAMED("agent", "")
#define JOB "apiVersion: batch/v1\nkind: Job\n" NAMED("once", "")
    expect(state, DAEMON_SET "---\n" JOB,
           DAEMON_SET "status: {observedGeneration: 1, desiredNumberScheduled: 1}\n---\n" JOB
                      "status: {}\n" EVENT("e", "5", "agent", "Warning", "FailedCreate", "a")
                          EVENT("f", "6", "once", "Warning", "FailedCreate", "b"),
           "failing DaemonSet n/agent: FailedCreate: a\nfailing Job n/once: FailedCreate: b\n");
}

// --- pods ---

#define POD_OF(owner, kind, spec, status)                                                          \
    "---\napiVersion: v1\nkind: Pod\n" OWNED("p", kind, owner) "spec: {" spec                      \
                                                               "}\nstatus: {" status "}\n"
#define NOT_READY                                                                                  \
    "status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1, "                            \
    "currentReplicas: 1}\n"
#define CREATING                                                                                   \
    "phase: Pending, containerStatuses: [{name: app, state: {waiting: {reason: "                   \
    "ContainerCreating}}}]"
#define SAYS(spec, status) STATEFUL_SET NOT_READY POD_OF("web", "StatefulSet", spec, status)
#define POD "StatefulSet n/web: pod n/p: "

static void test_cluster_evidence__a_volume_that_cannot_be_mounted(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", CREATING) EVENT("a", "3", "p", "Normal", "Scheduled", "s")
               EVENT("e", "5", "p", "Warning", "FailedMount", "configmap \"x\" not found")
                   EVENT("f", "6", "p", "Warning", "FailedToRetrieveImagePullSecret", "s"),
           "failing " POD "FailedMount: configmap \"x\" not found\n");
}

static void test_cluster_evidence__a_volume_that_was_mounted_since(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", CREATING)
               EVENT("e", "5", "p", "Warning", "FailedMount", "configmap \"x\" not found")
                   EVENT("f", "6", "p", "Normal", "Pulling", "Pulling image \"y\""),
           "progressing " POD "container app: ContainerCreating: Pulling image \"y\"\n");
}

// As the kubelet tells about a container.
#define OF_CONTAINER(name, order, container, kind, reason, message)                                \
    EVENT_ABOUT(name, order, "uid: u-p, fieldPath: 'spec.containers{" container "}'", kind,        \
                reason, message)
#define PULLING(order) OF_CONTAINER("a", order, "app", "Normal", "Pulling", "Pulling image \"y:1\"")
#define PULL_FAILED(order)                                                                         \
    OF_CONTAINER("b", order, "app", "Warning", "Failed",                                           \
                 "Failed to pull image \"y:1\": rpc error: code = NotFound desc = failed to pull " \
                 "and unpack image \"y:1\": failed to resolve reference \"y:1\": y:1: not found")
#define PULL_ERROR(order)                                                                          \
    OF_CONTAINER("c", order, "app", "Warning", "Failed", "Error: ErrImagePull")
#define PULL_PAUSES(order)                                                                         \
    OF_CONTAINER("d", order, "app", "Normal", "BackOff", "Back-off pulling image \"y:1\"")
#define PAUSE_ERROR(order)                                                                         \
    OF_CONTAINER("e", order, "app", "Warning", "Failed", "Error: ImagePullBackOff")
#define NOT_PULLED "failing " POD "container app: ErrImagePull: y:1: not found\n"

// Events come before the status that says the same. Some have no more than its reason.
static void test_cluster_evidence__an_image_that_cannot_be_pulled(void **state)
{
    static const char *const so_far[] = {
        PULLING("5") PULL_FAILED("6"),
        PULLING("5") PULL_FAILED("6") PULL_ERROR("7"),
        PULLING("5") PULL_FAILED("6") PULL_ERROR("7") PULL_PAUSES("8"),
        PULLING("5") PULL_FAILED("6") PULL_ERROR("7") PULL_PAUSES("8") PAUSE_ERROR("9"),
    };

    for (size_t i = 0; i < ARRAY_LEN(so_far); i++) {
        char *cluster CLEANUP(mem_cleanup) = mem_printf("%s%s", SAYS("", CREATING), so_far[i]);

        expect(state, STATEFUL_SET, cluster, NOT_PULLED);
        kube_free(((struct fixture *)*state)->kube);
        kubeconfig_free(((struct fixture *)*state)->config);
    }
    expect(state, STATEFUL_SET, SAYS("", CREATING) PULL_FAILED("6") PULL_ERROR("7") PULLING("8"),
           "progressing " POD "container app: ContainerCreating: Pulling image \"y:1\"\n");
}

// Its status says in a moment what that is called; until then nothing else does.
static void test_cluster_evidence__another_container_that_fails(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", CREATING) OF_CONTAINER("a", "5", "app", "Normal", "Started", "s")
               OF_CONTAINER("b", "6", "log", "Warning", "Failed", "Error: secret \"s\" not found"),
           "progressing " POD "container log: ContainerCreating: Error: secret \"s\" not found\n");
}

#define ANSWERED                                                                                   \
    "running, but its readiness probe has not succeeded: HTTP probe failed with statuscode: 503"
#define PROBE "Readiness probe failed: HTTP probe failed with statuscode: 503"

static void test_cluster_evidence__a_probe_that_fails(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", "phase: Running, containerStatuses: [{name: app, state: {running: "
                    "{startedAt: '2026-01-01T00:00:02Z'}}}]")
               EVENT("e", "5", "p", "Warning", "Unhealthy", PROBE),
           "progressing " POD "container app: ContainerNotReady: " ANSWERED "\n");
}

// The answer of a former run says nothing of this one.
static void test_cluster_evidence__a_probe_of_before(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", "phase: Running, containerStatuses: [{name: app, state: {running: "
                    "{startedAt: '2026-01-01T00:00:10Z'}}}]")
               EVENT("e", "5", "p", "Warning", "Unhealthy", PROBE),
           "progressing " POD
           "container app: ContainerNotReady: running, but its readiness probe has not "
           "succeeded\n");
}

// --- claims ---

#define UNSCHEDULABLE(message)                                                                     \
    "phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, "   \
    "message: '" message "'}]"
#define CLAIMS(volumes)                                                                            \
    SAYS("volumes: [" volumes "]",                                                                 \
         UNSCHEDULABLE("pod has unbound immediate PersistentVolumeClaims"))
#define ITS_CLAIM CLAIMS("{name: d, persistentVolumeClaim: {claimName: data}}")
#define CLAIM(class)                                                                               \
    "---\napiVersion: v1\nkind: PersistentVolumeClaim\n" NAMED(                                    \
        "data", "") "spec: {" class "}\nstatus: {phase: Pending}\n"
#define CLASS(name, more)                                                                          \
    "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: " name               \
    "}\nprovisioner: maker\n" more
#define WAITS "progressing " POD "Unschedulable: PersistentVolumeClaim n/"

static void test_cluster_evidence__a_class_that_does_not_exist(void **state)
{
    expect(state, STATEFUL_SET, ITS_CLAIM CLAIM("storageClassName: fast") CLASS("slow", ""),
           WAITS "data: StorageClass fast does not exist\n");
}

static void test_cluster_evidence__no_default_class(void **state)
{
    expect(state, STATEFUL_SET, ITS_CLAIM CLAIM("") CLASS("slow", ""),
           WAITS "data: it names no StorageClass, and none is the default\n");
}

static void test_cluster_evidence__a_claim_that_does_not_exist(void **state)
{
    expect(state, STATEFUL_SET, ITS_CLAIM, WAITS "data: it does not exist\n");
}

static void test_cluster_evidence__an_ephemeral_claim(void **state)
{
    expect(state, STATEFUL_SET, CLAIMS("{name: d, ephemeral: {}}"),
           WAITS "p-d: it does not exist\n");
}

static void test_cluster_evidence__a_provisioner_that_fails(void **state)
{
    expect(state, STATEFUL_SET,
           ITS_CLAIM CLAIM("storageClassName: fast") CLASS("fast", "")
               EVENT("e", "5", "data", "Warning", "ProvisioningFailed", "no space"),
           WAITS "data: ProvisioningFailed: no space\n");
}

static void test_cluster_evidence__a_provisioner_that_is_late(void **state)
{
    expect(state, STATEFUL_SET, ITS_CLAIM CLAIM("storageClassName: fast") CLASS("fast", ""),
           WAITS "data: no volume yet from maker, the provisioner of StorageClass fast\n");
}

// A claim that waits for its pod does not hold it up.
static void test_cluster_evidence__a_claim_that_waits_for_its_pod(void **state)
{
    expect(state, STATEFUL_SET,
           ITS_CLAIM CLAIM("storageClassName: fast")
               CLASS("fast", "volumeBindingMode: WaitForFirstConsumer\n"),
           "progressing " POD "Unschedulable: the cluster has no nodes (pod has unbound immediate "
           "PersistentVolumeClaims)\n");
}

// --- nodes ---

#define NODE(name, spec, ready)                                                                    \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name "}\nspec: {" spec "}\nstatus: "      \
    "{allocatable: {cpu: '4', memory: 8Gi}, conditions: [{type: Ready, status: " ready             \
    ", message: 'Kubelet stopped posting node status.', lastTransitionTime: "                      \
    "'2026-01-01T00:00:05Z'}]}\n"
#define FULL UNSCHEDULABLE("0/1 nodes are available: 1 Insufficient cpu")

static void test_cluster_evidence__more_than_any_node_has(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("containers: [{name: a, resources: {requests: {cpu: 500m}}}, {name: b, resources: "
                "{requests: {cpu: '63.5', memory: 1Gi}}}]",
                FULL) NODE("one", "", "'True'"),
           "progressing " POD "Unschedulable: no node has 64 cpu: the most is 4 (0/1 nodes are "
           "available: 1 Insufficient cpu)\n");
    kube_free(((struct fixture *)*state)->kube);
    kubeconfig_free(((struct fixture *)*state)->config);
    expect(state, STATEFUL_SET,
           SAYS("containers: [{name: a, resources: {requests: {memory: 1536Mi}}}], "
                "initContainers: [{name: b, resources: {requests: {memory: 9Gi}}}]",
                FULL) NODE("one", "", "'True'"),
           "progressing " POD "Unschedulable: no node has 9Gi memory: the most is 8Gi (0/1 nodes "
           "are available: 1 Insufficient cpu)\n");
}

static void test_cluster_evidence__a_node_that_is_full_or_cordoned(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("containers: [{name: a, resources: {requests: {cpu: '3'}}}]", FULL)
               NODE("one", "", "'True'"),
           "progressing " POD "Unschedulable: 0/1 nodes are available: 1 Insufficient cpu\n");
    kube_free(((struct fixture *)*state)->kube);
    kubeconfig_free(((struct fixture *)*state)->config);
    expect(state, STATEFUL_SET, SAYS("", FULL) NODE("one", "unschedulable: true", "'True'"),
           "progressing " POD "Unschedulable: Node one is cordoned (0/1 nodes are available: 1 "
           "Insufficient cpu)\n");
}

// What a pod on a dead node says of itself is of the past, also that it fails.
static void test_cluster_evidence__a_node_that_is_down(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("nodeName: one", "phase: Running, containerStatuses: [{name: app, state: "
                                 "{waiting: {reason: ErrImagePull}}}]") NODE("one", "", "Unknown"),
           "progressing " POD "NodeNotReady: Node one is NotReady (Kubelet stopped posting node "
           "status): 1 pod stands on it (before: ErrImagePull)\n");
}

static void test_cluster_evidence__a_node_that_is_gone(void **state)
{
    expect(state, STATEFUL_SET, SAYS("nodeName: two", CREATING) NODE("one", "", "'True'"),
           "progressing " POD "NodeNotReady: Node two does not exist any more: 1 pod is left on "
           "it\n");
}

static void test_cluster_evidence__quantities(void **state)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"64", 64},    {"500m", 0.5}, {"1.5Gi", 1610612736.0},
                {".5", 0.5},   {"2k", 2000},  {"1e3", 1000},
                {"5E-1", 0.5}, {"2E", 2e18},  {"100n", 1e-7}};
    static const char *const bad[] = {"", ".", "1.2.3", "1x", "Gi", "1e", "1e999", "-1", "1Kii"};
    double value;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(evidence_nodes_quantity(span_str(good[i].text), &value));
        assert_true(value > good[i].value * 0.999999 && value < good[i].value * 1.000001);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(evidence_nodes_quantity(span_str(bad[i]), &value));
}

// --- logs ---

#define LOG(container, previous, lines)                                                            \
    "---\nkind: Log\nmetadata: {name: p}\ncontainer: " container "\nprevious: " previous           \
    "\nlines: [" lines "]\n"
#define ENDED(state, code, message)                                                                \
    "phase: Running, containerStatuses: [{name: app, restartCount: 2, " state                      \
    ": {terminated: {exitCode: " code ", reason: Error, message: '" message "'}}}]"

static void test_cluster_evidence__a_container_that_ended_without_a_word(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", ENDED("state", "3", ""))
               LOG("app", "false",
                   "one, two, three, four, five, \"six \\e[31m\", \"cannot go on\", ''"),
           "failing " POD "container app: Error: exit code 3: cannot go on\n"
           "  log app: four\n  log app: five\n  log app: six \\x1b[31m\n"
           "  log app: cannot go on\n");
}

static void test_cluster_evidence__a_container_that_is_restarted(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", "phase: Running, containerStatuses: [{name: app, restartCount: 2, state: "
                    "{waiting: {reason: CrashLoopBackOff, message: back-off}}, lastState: "
                    "{terminated: {exitCode: 3, reason: Error}}}]") LOG("app", "true", "before")
               LOG("app", "false", "now"),
           "failing " POD "container app: CrashLoopBackOff: last run ended with exit code 3 "
           "(Error): before\n  log app: before\n");
}

#define RUN(states) "{name: app, restartCount: 2, " states "}"
#define EXITED(id) "{terminated: {exitCode: 3, reason: Error, containerID: " id "}}"
#define BACK_OFF "{waiting: {reason: CrashLoopBackOff}}"

// Asks until `want` is known; before that nothing but `had` is.
static void await_log(struct fixture *f, struct facts *facts, const char *states, const char *had,
                      const char *want)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *pod =
        doc_read_yaml_one(d, SPAN("metadata: {name: p, namespace: n, uid: u-p}"), "pod", &f->err);
    const struct node *status = doc_read_yaml_one(d, span_str(states), "status", &f->err);
    bool previous = !node_path(status, "state", "terminated");
    struct span known;

    do {
        evidence_fetch_begin(facts->evidence);
        known = evidence_ask_log(facts->evidence, pod, status, previous, 5);
        assert_true(span_is(known, had) || span_is(known, want));
        evidence_fetch_send(facts->evidence);
        assert_int_equal(loop_sleep(f->loop, 5, &f->err), 0);
    } while (!span_is(known, want));
}

// The last state is what the state was; of a new run nothing may be there yet.
static void test_cluster_evidence__what_a_log_said_is_kept(void **state)
{
    struct fixture *f = *state;
    struct facts facts CLEANUP(facts_close) = {0};

    fill_cluster(LOG("app", "false", "first"));
    open_scene(f, "cluster");
    facts_open(&facts, f->loop, f->kube, &f->report, false);
    await_log(f, &facts, RUN("state: " EXITED("c1")), "", "first\n");
    await_log(f, &facts, RUN("state: " BACK_OFF ", lastState: " EXITED("c1")), "first\n",
              "first\n");
    fill_cluster(LOG("app", "true", "second"));
    await_log(f, &facts, RUN("state: " BACK_OFF ", lastState: " EXITED("c2")), "first\n",
              "second\n");
}

// Its own message is what it wanted to be known.
static void test_cluster_evidence__a_container_that_left_a_message(void **state)
{
    expect(state, STATEFUL_SET, SAYS("", ENDED("state", "3", "own")) LOG("app", "false", "log"),
           "failing " POD "container app: Error: exit code 3: own\n");
}

static void test_cluster_evidence__a_container_that_was_ended(void **state)
{
    expect(state, STATEFUL_SET,
           SAYS("", ENDED("state", "137", ""))
               EVENT("e", "5", "p", "Warning", "Unhealthy", "Liveness probe failed: no"),
           "failing " POD "container app: Error: exit code 137: Liveness probe failed: no\n");
}

#define FAILED_JOB                                                                                 \
    "apiVersion: batch/v1\nkind: Job\n" NAMED(                                                     \
        "once", "") "status: {failed: 1, conditions: [{type: Failed, status: 'True', reason: "     \
                    "BackoffLimitExceeded, message: it has ended}]}\n"

static void test_cluster_evidence__a_job_that_failed(void **state)
{
    expect(state, FAILED_JOB,
           FAILED_JOB POD_OF("once", "Job", "",
                             "phase: Failed, containerStatuses: [{name: app, state: {terminated: "
                             "{exitCode: 4, reason: Error}}}]") LOG("app", "false", "broken"),
           "terminal Job n/once: pod n/p: container app: BackoffLimitExceeded: it has ended: exit "
           "code 4: broken\n  log app: broken\n");
}

// --- refusals, and more of it ---

static void test_cluster_evidence__a_pod_of_the_tree(void **state)
{
#define LONE "apiVersion: v1\nkind: Pod\n" NAMED("p", "")
    expect(state, LONE, LONE "status: {" ENDED("state", "3", "") "}\n" LOG("app", "false", "bad"),
           "failing Pod n/p: container app: Error: exit code 3: bad\n  log app: bad\n");
}

#define CLOSED(name)                                                                               \
    "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " name                          \
    ", namespace: closed, uid: u-" name "}\nstatus: {observedGeneration: 1, replicas: 0}\n"
#define MISSING(name) "progressing StatefulSet closed/" name ": PodsMissing: 0 of 1 pods exist\n"

// The server would answer the fifth question.
static void test_cluster_evidence__a_refusal_is_not_repeated(void **state)
{
#define FIVE CLOSED("a") CLOSED("b") CLOSED("c") CLOSED("d") CLOSED("e")
    expect(state, FIVE, FIVE EVENT("e", "5", "e", "Warning", "FailedCreate", QUOTA),
           MISSING("a") MISSING("b") MISSING("c") MISSING("d") MISSING("e"));
}

// No watch tells of an event: what is unready is asked about again.
static void test_cluster_evidence__an_event_that_comes_later(void **state)
{
    struct fixture *f = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct facts facts CLEANUP(facts_close) = {0};
    struct look look CLEANUP(look_free) = {0};
    struct node_list list = {0};
    struct layer layer = {.name = "one", .count = 1};
    struct layers layers = {&layer, 1};
    struct budget budget = {.deadline = timer_now() + 20000};
    bool learned;

    fill_cluster(STATEFUL_SET NO_PODS);
    open_scene(f, "cluster");
    assert_int_equal(doc_read_yaml(d, SPAN(STATEFUL_SET), "tree", &list, &f->err), 0);
    layer.objects = (const struct node **)list.items;
    facts_open(&facts, f->loop, f->kube, &f->report, false);
    assert_int_equal(look_settled(&look, &facts, &layers, &budget, &f->err), 0);
    assert_string_equal(look.findings[0].reason, "PodsMissing");
    fill_cluster(STATEFUL_SET NO_PODS EVENT("e", "5", "web", "Warning", "FailedCreate", QUOTA));
    while (strcmp(look.findings[0].reason, "FailedCreate") != 0) {
        assert_int_equal(informers_wait(facts.informers, budget.deadline, &f->err), 0);
        look_take(&look, &facts, &layers, 0);
        assert_int_equal(facts_learn(&facts, &learned, &f->err), 0);
    }
}

// Nobody waits for an answer that does not come.
static void test_cluster_evidence__no_answer_in_time(void **state)
{
    int64_t begin = timer_now();

#define SILENT                                                                                     \
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a, namespace: silent, uid: u-a}\n"   \
    "status: {observedGeneration: 1, replicas: 0}\n"
    expect(state, SILENT, SILENT,
           "progressing StatefulSet silent/a: PodsMissing: 0 of 1 pods exist\n");
    assert_true(timer_now() - begin >= EVIDENCE_ANSWER_MS);
}

static void test_cluster_evidence__more_of_it(void **state)
{
    char *said CLEANUP(mem_cleanup) = look_at(
        *state, STATEFUL_SET,
        SAYS("", "phase: Running, initContainerStatuses: [{name: first, state: {terminated: "
                 "{exitCode: 0}}}], containerStatuses: [{name: app, state: {running: {startedAt: "
                 "'2026-01-01T00:00:02Z'}}}]")
            EVENT("e", "5", "web", "Normal", "SuccessfulCreate", "made p")
                EVENT("g", "7", "p", "Warning", "Unhealthy", PROBE)
                    EVENT("f", "6", "p", "Normal", "Started", "Started")
                        LOG("first", "false", "prepared") LOG("app", "false", "one, two"),
        EVIDENCE_MORE_EVENTS | EVIDENCE_MORE_LOGS);

    assert_string_equal(said, "progressing " POD "container app: ContainerNotReady: " ANSWERED "\n"
                              "  log first: prepared\n  log app: one\n  log app: two\n"
                              "  event: 00:00:09 Normal SuccessfulCreate: made p (4 times)\n"
                              "  event: 00:00:09 Normal Started: Started (4 times)\n"
                              "  event: 00:00:09 Warning Unhealthy: " PROBE " (4 times)\n");
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_cluster_evidence__a_set_that_may_not_make_pods),
            UNIT_FIXTURE(test_cluster_evidence__a_set_that_made_pods_since),
            UNIT_FIXTURE(test_cluster_evidence__of_another_object),
            UNIT_FIXTURE(test_cluster_evidence__a_daemon_set_and_a_job),
            UNIT_FIXTURE(test_cluster_evidence__a_volume_that_cannot_be_mounted),
            UNIT_FIXTURE(test_cluster_evidence__a_volume_that_was_mounted_since),
            UNIT_FIXTURE(test_cluster_evidence__an_image_that_cannot_be_pulled),
            UNIT_FIXTURE(test_cluster_evidence__another_container_that_fails),
            UNIT_FIXTURE(test_cluster_evidence__a_probe_that_fails),
            UNIT_FIXTURE(test_cluster_evidence__a_probe_of_before),
            UNIT_FIXTURE(test_cluster_evidence__a_class_that_does_not_exist),
            UNIT_FIXTURE(test_cluster_evidence__no_default_class),
            UNIT_FIXTURE(test_cluster_evidence__a_claim_that_does_not_exist),
            UNIT_FIXTURE(test_cluster_evidence__an_ephemeral_claim),
            UNIT_FIXTURE(test_cluster_evidence__a_provisioner_that_fails),
            UNIT_FIXTURE(test_cluster_evidence__a_provisioner_that_is_late),
            UNIT_FIXTURE(test_cluster_evidence__a_claim_that_waits_for_its_pod),
            UNIT_FIXTURE(test_cluster_evidence__more_than_any_node_has),
            UNIT_FIXTURE(test_cluster_evidence__a_node_that_is_full_or_cordoned),
            UNIT_FIXTURE(test_cluster_evidence__a_node_that_is_down),
            UNIT_FIXTURE(test_cluster_evidence__a_node_that_is_gone),
            UNIT_FIXTURE(test_cluster_evidence__quantities),
            UNIT_FIXTURE(test_cluster_evidence__a_container_that_ended_without_a_word),
            UNIT_FIXTURE(test_cluster_evidence__a_container_that_is_restarted),
            UNIT_FIXTURE(test_cluster_evidence__what_a_log_said_is_kept),
            UNIT_FIXTURE(test_cluster_evidence__a_container_that_left_a_message),
            UNIT_FIXTURE(test_cluster_evidence__a_container_that_was_ended),
            UNIT_FIXTURE(test_cluster_evidence__a_job_that_failed),
            UNIT_FIXTURE(test_cluster_evidence__a_pod_of_the_tree),
            UNIT_FIXTURE(test_cluster_evidence__a_refusal_is_not_repeated),
            UNIT_FIXTURE(test_cluster_evidence__an_event_that_comes_later),
            UNIT_FIXTURE(test_cluster_evidence__no_answer_in_time),
            UNIT_FIXTURE(test_cluster_evidence__more_of_it))
