// SPDX-License-Identifier: Apache-2.0
// Pods: which container keeps a pod from being ready, and why.
#include "model/ready/condition.h"
#include "model/ready/rules.h"

#include <stdio.h>

// Waiting reasons of the kubelet that are not failures (pkg/kubelet/container/sync_result.go).
static bool is_plain_waiting(struct span reason)
{
    return span_is(reason, "ContainerCreating") || span_is(reason, "PodInitializing") ||
           reason.len == 0;
}

static void set(struct ready_pod *result, enum ready_state state, struct span reason,
                struct span message)
{
    result->state = state;
    ready_copy(result->reason, sizeof(result->reason), reason);
    ready_copy(result->message, sizeof(result->message), message);
}

// Why the last run of the container ended: more telling than "back-off 40s restarting".
static void set_last_end(struct ready_pod *result, const struct node *container, struct span reason,
                         struct span message)
{
    const struct node *last = node_path(container, "lastState", "terminated");
    struct span why = node_get_text(last, "reason");
    struct span said = span_trim(node_get_text(last, "message"));
    char text[READY_MESSAGE_BYTES];

    if (!last) {
        set(result, READY_FAILING, reason, message);
        return;
    }
    snprintf(text, sizeof(text), "last run ended with exit code %lld (%.*s)%s%.*s",
             (long long)node_get_int(last, "exitCode", 0), SPAN_ARG(why), said.len ? ": " : "",
             SPAN_ARG(said));
    set(result, READY_FAILING, reason, span_str(text));
}

// True when this container is what the pod waits for.
static bool judge_container(const struct node *container, bool init, struct ready_pod *result)
{
    const struct node *state = node_get(container, "state");
    const struct node *waiting = node_get(state, "waiting");
    const struct node *terminated = node_get(state, "terminated");
    struct span reason = node_get_text(waiting, "reason");

    if (node_get_bool(container, "ready", false))
        return false;
    if (terminated && node_get_int(terminated, "exitCode", 1) == 0)
        return false;
    if (waiting && is_plain_waiting(reason) && !init)
        set(result, READY_PROGRESSING, reason.len ? reason : SPAN("Waiting"),
            node_get_text(waiting, "message"));
    else if (waiting && is_plain_waiting(reason))
        return false;
    else if (waiting)
        set_last_end(result, container, reason, node_get_text(waiting, "message"));
    else if (terminated)
        set(result, READY_FAILING, node_get_text(terminated, "reason"),
            node_get_text(terminated, "message"));
    else if (init)
        set(result, READY_PROGRESSING, SPAN("InitRunning"), SPAN("init container is running"));
    else
        set(result, READY_PROGRESSING, SPAN("ContainerNotReady"),
            SPAN("running, but its readiness probe has not succeeded"));
    ready_copy(result->container, sizeof(result->container), node_get_text(container, "name"));
    result->init = init;
    result->restarts = node_get_int(container, "restartCount", 0);
    return true;
}

// The worst container of a list: a failing one before one that only waits.
static bool judge_list(const struct node *list, bool init, struct ready_pod *result)
{
    bool found = false;

    NODE_FOREACH_ITEM (container, list) {
        struct ready_pod one = {.state = READY_OK};

        if (!judge_container(container, init, &one))
            continue;
        if (!found || one.state > result->state)
            *result = one;
        found = true;
    }
    return found;
}

static bool unscheduled(const struct node *pod, struct ready_pod *result)
{
    const struct node *scheduled = ready_condition(pod, "PodScheduled");

    if (!span_is(node_get_text(scheduled, "status"), "False"))
        return false;
    set(result, READY_PROGRESSING, node_get_text(scheduled, "reason"),
        node_get_text(scheduled, "message"));
    return true;
}

void ready_check_pod(const struct node *pod, struct ready_pod *result)
{
    const struct node *status = node_get(pod, "status");
    struct span phase = node_get_text(status, "phase");

    *result = (struct ready_pod){.state = READY_OK};
    if (node_get_text(node_get(pod, "metadata"), "deletionTimestamp").len) {
        set(result, READY_PROGRESSING, SPAN("Terminating"), SPAN("being deleted"));
        return;
    }
    if (span_is(phase, "Succeeded") || ready_condition_is(pod, "Ready", "True"))
        return;
    if (unscheduled(pod, result))
        return;
    if (judge_list(node_get(status, "initContainerStatuses"), true, result) ||
        judge_list(node_get(status, "containerStatuses"), false, result))
        return;
    if (span_is(phase, "Failed"))
        set(result, READY_FAILING,
            node_get(status, "reason") ? node_get_text(status, "reason") : SPAN("PodFailed"),
            node_get_text(status, "message"));
    else
        set(result, READY_PROGRESSING, SPAN("PodPending"), SPAN("waiting for the kubelet"));
}

void ready_rule_pod(const struct node *object, struct ready *result)
{
    struct ready_pod pod;

    ready_check_pod(object, &pod);
    if (pod.state == READY_OK)
        return;
    result->attempts = pod.restarts;
    if (pod.container[0])
        ready_set(result, pod.state, span_str(pod.reason), "container %s: %s", pod.container,
                  pod.message);
    else
        ready_set(result, pod.state, span_str(pod.reason), "%s", pod.message);
}
