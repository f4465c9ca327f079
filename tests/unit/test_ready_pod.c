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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ready__pods),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
