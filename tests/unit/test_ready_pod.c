// SPDX-License-Identifier: Apache-2.0
// model/ready: pods, and what keeps one from being ready (docs/internals/ready.md).
#include "support_ready.h"

static void expect_pod(enum ready_state state, const char *container, const char *reason,
                       const char *status)
{
    struct ready_pod r;
    char *yaml = NULL;

    assert_true(
        asprintf(&yaml, "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nstatus: %s", status) > 0);
    ready_check_pod(object(yaml), &r);
    assert_int_equal(r.state, state);
    assert_string_equal(r.container, container);
    assert_string_equal(r.reason, reason);
    free(yaml);
}

static void test_ready__pods(void **state)
{
    (void)state;
    expect_pod(READY_PROGRESSING, "", "PodPending", "{}");
    expect_pod(READY_OK, "", "", "{phase: Succeeded}");
    // kstatus calls a failed pod ready
    expect_pod(READY_FAILING, "", "PodFailed", "{phase: Failed}");
    expect_pod(READY_OK, "", "", "{phase: Running, conditions: [{type: Ready, status: 'True'}]}");
    expect_pod(READY_PROGRESSING, "", "Unschedulable",
               "{phase: Pending, conditions: [{type: PodScheduled, status: 'False', "
               "reason: Unschedulable, message: no node}]}");
    expect_pod(READY_FAILING, "c", "ImagePullBackOff",
               "{phase: Pending, containerStatuses: [{name: c, state: {waiting: "
               "{reason: ImagePullBackOff, message: m}}}]}");
    expect_pod(READY_FAILING, "i", "CrashLoopBackOff",
               "{phase: Pending, initContainerStatuses: [{name: i, restartCount: 2, state: "
               "{waiting: {reason: CrashLoopBackOff}}}], containerStatuses: [{name: c, state: "
               "{waiting: {reason: PodInitializing}}}]}");
    expect_pod(READY_PROGRESSING, "c", "ContainerNotReady",
               "{phase: Running, containerStatuses: [{name: c, ready: false, state: {running: "
               "{}}}]}");
    // the failing container is named, not the one that only starts
    expect_pod(READY_FAILING, "b", "ErrImagePull",
               "{phase: Pending, containerStatuses: [{name: a, state: {waiting: "
               "{reason: ContainerCreating}}}, {name: b, state: {waiting: {reason: "
               "ErrImagePull}}}]}");
}

static void check_pod(const char *rest, struct ready_pod *r)
{
    char *yaml = NULL;

    assert_true(asprintf(&yaml, "apiVersion: v1\nkind: Pod\n%s", rest) > 0);
    ready_check_pod(object(yaml), r);
    free(yaml);
}

static void expect_words(enum ready_state state, const char *container, const char *reason,
                         const char *message, const char *pod)
{
    struct ready_pod r;

    check_pod(pod, &r);
    assert_string_equal(r.reason, reason);
    assert_string_equal(r.message, message);
    assert_string_equal(r.container, container);
    assert_int_equal(r.state, state);
}

#define UNREADY "conditions: [{type: Ready, status: 'False', reason: ContainersNotReady}]"
#define GATED                                                                                      \
    "spec: {containers: [{name: c}], readinessGates: [{conditionType: a.b/ok}, "                   \
    "{conditionType: a.b/gate}]}\n"

static void test_ready__readiness_gates_have_names(void **state)
{
    struct ready_pod r;

    (void)state;
    expect_words(READY_PROGRESSING, "", "ReadinessGateFalse",
                 "readiness gate a.b/gate is False: not registered",
                 GATED "status: {phase: Running, conditions: [{type: Ready, status: 'False', "
                       "reason: ReadinessGatesNotReady}, {type: a.b/ok, status: 'True'}, {type: "
                       "a.b/gate, status: 'False', message: not registered}], containerStatuses: "
                       "[{name: c, ready: true, state: {running: {}}}]}");
    expect_words(READY_PROGRESSING, "", "ReadinessGateFalse",
                 "readiness gate a.b/ok is not set yet",
                 GATED "status: {phase: Running, conditions: [{type: Ready, status: 'False', "
                       "reason: ReadinessGatesNotReady}], containerStatuses: [{name: c, ready: "
                       "true, state: {running: {}}}]}");
    // in the kubelet's words of before
    expect_words(READY_PROGRESSING, "", "ReadinessGatesNotReady",
                 "readiness gate a.b/gate has become True, which the kubelet has not seen yet",
                 GATED "status: {phase: Running, conditions: [{type: Ready, status: 'False', "
                       "reason: ReadinessGatesNotReady, message: 'the status of pod readiness gate "
                       "\"a.b/gate\" is not \"True\", but False'}, {type: a.b/ok, status: 'True'}, "
                       "{type: a.b/gate, status: 'True'}], containerStatuses: [{name: c, ready: "
                       "true, state: {running: {}}}]}");
    // the containers come first
    expect_words(READY_FAILING, "c", "Error", "exit code 3",
                 GATED "status: {phase: Running, " UNREADY ", containerStatuses: [{name: c, ready: "
                       "false, state: {terminated: {reason: Error, exitCode: 3}}}]}");
    check_pod(GATED "status: {phase: Running, conditions: [{type: a.b/ok, status: 'False', "
                    "lastTransitionTime: '2026-11-27T08:00:00Z'}]}",
              &r);
    assert_string_equal(r.since, "2026-11-27T08:00:00Z");
}

#define LIMITED "spec: {containers: [{name: c, resources: {limits: {memory: 64Mi}}}]}\n"
#define ENDED(words)                                                                               \
    "status: {phase: Running, " UNREADY ", containerStatuses: [{name: c, ready: false, "           \
    "restartCount: 4, " words "}]}"

static void test_ready__how_a_container_ended(void **state)
{
    struct ready_pod r;

    (void)state;
    expect_words(READY_FAILING, "c", "Error", "exit code 3: told to exit",
                 ENDED("state: {terminated: {reason: Error, exitCode: 3, message: told to exit}}"));
    expect_words(READY_FAILING, "c", "OOMKilled", "out of memory, its limit is 64Mi",
                 LIMITED ENDED("state: {terminated: {reason: OOMKilled, exitCode: 137}}"));
    expect_words(READY_FAILING, "c", "CrashLoopBackOff", "last run ended with exit code 3 (Error)",
                 ENDED("state: {waiting: {reason: CrashLoopBackOff, message: back-off}}, "
                       "lastState: {terminated: {reason: Error, exitCode: 3}}"));
    // only then is the last run the reason
    expect_words(READY_FAILING, "c", "CreateContainerConfigError", "secret db not found",
                 ENDED("state: {waiting: {reason: CreateContainerConfigError, message: secret db "
                       "not found}}, lastState: {terminated: {reason: Error, exitCode: 3}}"));
    // a server that ends is no server, however well it ended
    expect_words(READY_FAILING, "c", "Completed",
                 "it has to go on running, and ended with exit code 0",
                 ENDED("state: {terminated: {reason: Completed, exitCode: 0}}"));
    expect_words(READY_PROGRESSING, "", "ContainersNotReady", "",
                 "spec: {restartPolicy: Never}\n" ENDED(
                     "state: {terminated: {reason: Completed, exitCode: 0}}"));
    check_pod(ENDED("state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: "
                    "{exitCode: 3, finishedAt: '2026-11-27T08:00:00Z'}}"),
              &r);
    assert_string_equal(r.since, "2026-11-27T08:00:00Z");
    assert_int_equal(r.restarts, 4);
}

#define STATUS(words)                                                                              \
    "status: {phase: Running, " UNREADY ", containerStatuses: [{name: c, ready: false, " words "}" \
    "]"                                                                                            \
    "}"

static void test_ready__which_probe_is_awaited(void **state)
{
    (void)state;
    expect_words(READY_PROGRESSING, "c", "ContainerNotReady",
                 "running, but its readiness probe (GET /ready on port 8080) has not succeeded",
                 "spec: {containers: [{name: c, readinessProbe: {httpGet: {path: /ready, port: "
                 "8080}}}]}\n" STATUS("state: {running: {}}"));
    expect_words(
        READY_PROGRESSING, "c", "ContainerNotReady",
        "running, but its startup probe (exec pg_isready) has not succeeded; its last run ended "
        "with exit code 137 (Error)",
        "spec: {containers: [{name: c, startupProbe: {exec: {command: [pg_isready, -U, x]}}, "
        "readinessProbe: {tcpSocket: {port: http}}}]}\n" STATUS(
            "started: false, state: {running: {}}, lastState: {terminated: {exitCode: 137, "
            "reason: Error}}"));
    expect_words(READY_PROGRESSING, "c", "ContainerNotReady",
                 "running, but its readiness probe (TCP port http) has not succeeded",
                 "spec: {containers: [{name: c, startupProbe: {exec: {command: [x]}}, "
                 "readinessProbe: {tcpSocket: {port: http}}}]}\n" STATUS(
                     "started: true, state: {running: {}}"));
    expect_words(READY_PROGRESSING, "c", "ContainerNotReady", "running, not ready yet",
                 "spec: {containers: [{name: c}]}\n" STATUS("state: {running: {}}"));
}

#define WITH_INIT                                                                                  \
    "spec: {initContainers: [{name: i}, {name: s, restartPolicy: Always, readinessProbe: "         \
    "{httpGet: {port: 1}}}], containers: [{name: c}]}\n"

static void test_ready__init_containers_and_sidecars(void **state)
{
    (void)state;
    expect_words(READY_PROGRESSING, "i", "InitRunning", "init container is running",
                 WITH_INIT "status: {phase: Pending, " UNREADY ", initContainerStatuses: [{name: "
                           "i, ready: false, state: {running: {}}}, {name: s, ready: false, state: "
                           "{waiting: {reason: PodInitializing}}}], containerStatuses: [{name: c, "
                           "ready: false, state: {waiting: {reason: PodInitializing}}}]}");
    // a sidecar that is not ready is no reason for a container that crashes
    expect_words(READY_FAILING, "c", "Error", "exit code 1",
                 WITH_INIT
                 "status: {phase: Running, " UNREADY ", initContainerStatuses: [{name: i, ready: "
                 "true, state: {terminated: {exitCode: 0}}}, {name: s, ready: false, started: "
                 "true, state: {running: {}}}], containerStatuses: [{name: c, ready: false, state: "
                 "{terminated: {reason: Error, exitCode: 1}}}]}");
    expect_words(READY_PROGRESSING, "s", "ContainerNotReady",
                 "running, but its readiness probe (GET / on port 1) has not succeeded",
                 WITH_INIT
                 "status: {phase: Running, " UNREADY ", initContainerStatuses: [{name: i, ready: "
                 "true, state: {terminated: {exitCode: 0}}}, {name: s, ready: false, started: "
                 "true, state: {running: {}}}], containerStatuses: [{name: c, ready: true, state: "
                 "{running: {}}}]}");
    // a sidecar has to go on running; an init container ends
    expect_words(
        READY_FAILING, "s", "Completed", "it has to go on running, and ended with exit code 0",
        WITH_INIT "status: {phase: Running, " UNREADY ", initContainerStatuses: [{name: i, ready: "
                  "true, state: {terminated: {exitCode: 0}}}, {name: s, ready: false, state: "
                  "{terminated: {reason: Completed, exitCode: 0}}}], containerStatuses: [{name: c, "
                  "ready: true, state: {running: {}}}]}");
}

static void test_ready__the_pod_as_a_whole(void **state)
{
    (void)state;
    expect_words(READY_FAILING, "", "Evicted", "The node was low on resource: memory",
                 "status: {phase: Failed, reason: Evicted, message: 'The node was low on resource: "
                 "memory.', containerStatuses: [{name: c, state: {terminated: {exitCode: 137, "
                 "reason: Error}}}]}");
    expect_words(READY_FAILING, "c", "Error", "exit code 2",
                 "spec: {restartPolicy: Never}\nstatus: {phase: Failed, containerStatuses: [{name: "
                 "c, state: {terminated: {exitCode: 2, reason: Error}}}]}");
    expect_words(READY_PROGRESSING, "", "Terminating",
                 "being deleted, held by finalizer a.b/c, a.b/d",
                 "metadata: {deletionTimestamp: now, finalizers: [a.b/c, a.b/d]}");
    expect_words(READY_PROGRESSING, "", "PodPending", "waiting for the scheduler",
                 "status: {phase: Pending}");
    expect_words(READY_PROGRESSING, "", "PodPending", "waiting for the kubelet of node n1",
                 "spec: {nodeName: n1}\nstatus: {phase: Pending}");
    expect_words(READY_PROGRESSING, "", "ContainersNotReady", "unready status: [c]",
                 "spec: {nodeName: n1}\nstatus: {phase: Running, conditions: [{type: Ready, "
                 "status: 'False', reason: ContainersNotReady, message: 'unready status: [c]'}]}");
    // a lost node: the node controller takes the pod's condition back, not the containers'
    expect_words(READY_PROGRESSING, "", "PodNotReady",
                 "all its containers are ready, and it is marked as not ready",
                 "spec: {nodeName: n1}\nstatus: {phase: Running, conditions: [{type: Ready, "
                 "status: 'False'}, {type: ContainersReady, status: 'True'}], containerStatuses: "
                 "[{name: c, ready: true, state: {running: {}}}]}");
}

#define NOON INT64_C(1795780800) // 2026-11-27T12:00:00Z
#define READY_AT(time)                                                                             \
    "conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-11-27T" time "Z'}]"
#define RUNS(time, more)                                                                           \
    "status: {phase: Running, " READY_AT(                                                          \
        "11:59:59") ", containerStatuses: [{name: c, ready: "                                      \
                    "true, state: {running: {startedAt: '2026-11-27T" time "Z'}}" more "}]}"
#define LAST(from, to)                                                                             \
    ", restartCount: 1, lastState: {terminated: {reason: Error, exitCode: 137, startedAt: "        \
    "'2026-11-27T" from "Z', finishedAt: '2026-11-27T" to "Z'}}"

static bool is_young(const char *pod, int64_t now, struct ready_pod *r)
{
    char *yaml = NULL;
    bool young;

    assert_true(asprintf(&yaml, "apiVersion: v1\nkind: Pod\n%s", pod) > 0);
    young = ready_pod_is_young(object(yaml), now, r);
    free(yaml);
    return young;
}

static void test_ready__without_a_readiness_probe_it_has_to_live_for_a_while(void **state)
{
    const char *pod = "spec: {containers: [{name: c}]}\n" RUNS("11:59:58", "");
    struct ready_pod r;

    (void)state;
    assert_true(is_young(pod, NOON, &r));
    assert_int_equal(r.state, READY_PROGRESSING);
    assert_string_equal(r.container, "c");
    assert_string_equal(r.reason, "JustStarted");
    assert_string_equal(r.message,
                        "it has no readiness probe; counts as ready when it has run for 5 s");
    assert_string_equal(r.since, "2026-11-27T11:59:58Z");
    // whole seconds: five of them are not over for certain before the sixth
    assert_true(is_young(pod, NOON + 3, &r));
    assert_false(is_young(pod, NOON + 4, &r));
    assert_int_equal(r.state, READY_OK);
    // a readiness probe is better than any wait
    assert_false(is_young("spec: {containers: [{name: c, readinessProbe: {}}]}\n" //
                          RUNS("11:59:58", ""),
                          NOON, &r));
    // nor is what ends by itself waited for, or what is on its way out
    assert_false(is_young("spec: {restartPolicy: Never, containers: [{name: c}]}\n" //
                          RUNS("11:59:58", ""),
                          NOON, &r));
    assert_false(is_young("metadata: {deletionTimestamp: now}\n" RUNS("11:59:58", ""), NOON, &r));
}

static void test_ready__a_liveness_probe_gets_a_cycle_of_failures(void **state)
{
    struct ready_pod r;

    (void)state;
    // 10 + 2 * 4 seconds
    assert_true(is_young("spec: {containers: [{name: c, livenessProbe: {initialDelaySeconds: 10, "
                         "periodSeconds: 2, failureThreshold: 4}}]}\n" //
                         RUNS("11:59:42", ""),
                         NOON, &r));
    assert_false(is_young("spec: {containers: [{name: c, livenessProbe: {initialDelaySeconds: 10, "
                          "periodSeconds: 2, failureThreshold: 4}}]}\n" //
                          RUNS("11:59:41", ""),
                          NOON, &r));
    // by default 3 times 10 seconds, a minute at most
    assert_true(is_young("spec: {containers: [{name: c, livenessProbe: {}}]}\n" //
                         RUNS("11:59:30", ""),
                         NOON, &r));
    assert_false(
        is_young("spec: {containers: [{name: c, livenessProbe: {periodSeconds: 600}}]}\n" //
                 RUNS("11:58:59", ""),
                 NOON, &r));
    // counted from the end of its startup probe
    assert_true(is_young("spec: {containers: [{name: c, livenessProbe: {}, startupProbe: {}}]}\n" //
                         RUNS("11:50:00", ""),
                         NOON, &r));
}

static void test_ready__after_a_restart_it_has_to_outlive_its_last_run(void **state)
{
    const char *probed = "spec: {containers: [{name: c, readinessProbe: {}}]}\n" //
        RUNS("11:59:40", LAST("11:59:00", "11:59:20"));
    const char *third =
        "spec: {containers: [{name: c}]}\n" //
        "status: {" READY_AT("11:59:58") ", containerStatuses: [{name: c, ready: true, "
                                         "restartCount: 3, state: {running: {startedAt: "
                                         "'2026-11-27T11:59:58Z'}}, lastState: "
                                         "{terminated: {reason: Error, exitCode: 137, startedAt: "
                                         "'2026-11-27T11:59:00Z', "
                                         "finishedAt: '2026-11-27T11:59:03Z'}}}]}";
    struct ready_pod r;

    (void)state;
    assert_true(is_young(probed, NOON + 5, &r));
    assert_int_equal(r.state, READY_PROGRESSING);
    assert_string_equal(r.message, "restarted 1 time, its last run ended with exit code 137 "
                                   "(Error); counts as ready when it has run for 30 s");
    assert_true(is_young(probed, NOON + 10, &r));
    assert_false(is_young(probed, NOON + 11, &r));
    // a run of hours, and a reboot: no sign of a loop
    assert_false(is_young("spec: {containers: [{name: c, readinessProbe: {}}]}\n" //
                          RUNS("11:59:58", LAST("08:00:00", "11:59:00")),
                          NOON, &r));
    // again and again: ready in between is no more than a pause
    assert_true(is_young(third, NOON, &r));
    assert_int_equal(r.state, READY_FAILING);
    assert_string_equal(r.reason, "Error");
    assert_string_equal(r.message,
                        "restarted 3 times, its last run ended with exit code 137 (Error)");
    assert_int_equal(r.restarts, 3);
}

static void test_ready__a_gate_that_has_just_opened_may_close_again(void **state)
{
    const char *pod = "spec: {containers: [{name: c, readinessProbe: {}}], readinessGates: "
                      "[{conditionType: a.b/gate}]}\n" //
        RUNS("11:00:00", "");
    struct ready_pod r;

    (void)state;
    assert_true(is_young(pod, NOON + 4, &r));
    assert_string_equal(r.reason, "JustReady");
    assert_string_equal(r.message,
                        "readiness gate a.b/gate has just become True; counts as ready after 5 s");
    assert_false(is_young(pod, NOON + 5, &r));
}

static void test_ready__a_start_in_the_future_is_young(void **state)
{
    struct ready_pod r;

    (void)state;
    assert_true(is_young(RUNS("12:30:00", ""), NOON, &r));
    // and what tells no time is not
    assert_false(is_young(RUNS("x", ""), NOON, &r));
    assert_false(is_young("status: {" READY_AT("11:59:59") ", containerStatuses: x}", NOON, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ready__pods),
        cmocka_unit_test(test_ready__readiness_gates_have_names),
        cmocka_unit_test(test_ready__how_a_container_ended),
        cmocka_unit_test(test_ready__which_probe_is_awaited),
        cmocka_unit_test(test_ready__init_containers_and_sidecars),
        cmocka_unit_test(test_ready__the_pod_as_a_whole),
        cmocka_unit_test(test_ready__without_a_readiness_probe_it_has_to_live_for_a_while),
        cmocka_unit_test(test_ready__a_liveness_probe_gets_a_cycle_of_failures),
        cmocka_unit_test(test_ready__after_a_restart_it_has_to_outlive_its_last_run),
        cmocka_unit_test(test_ready__a_gate_that_has_just_opened_may_close_again),
        cmocka_unit_test(test_ready__a_start_in_the_future_is_young),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
