// SPDX-License-Identifier: Apache-2.0
// Pods: which container keeps a pod from being ready, and why.
#include "model/ready/condition.h"
#include "model/ready/container.h"
#include "model/ready/rules.h"
#include "model/ready/young.h"

#include <string.h>

#include "base/buf.h"
#include "base/when.h"

static void set_condition(struct ready_pod *result, enum ready_state state,
                          const struct node *condition)
{
    ready_set_pod(result, state, node_get_text(condition, "reason"),
                  node_get_text(condition, "message"));
    ready_copy(result->since, sizeof(result->since),
               node_get_text(condition, "lastTransitionTime"));
}

// The worst container of a list: a failing one before one that only waits. Of two alike the first
// counts, as init containers run one by one.
static void judge_list(const struct node *pod, const char *list, bool is_init,
                       struct ready_pod *result)
{
    NODE_FOREACH_ITEM (status, node_path(pod, "status", list)) {
        struct ready_container c = ready_container_of(pod, status, is_init);
        struct ready_pod one = {.state = READY_OK};

        if (ready_container_judge(&c, &one) && one.state > result->state)
            *result = one;
    }
}

static bool unscheduled(const struct node *pod, struct ready_pod *result)
{
    const struct node *condition = ready_condition(pod, "PodScheduled");

    if (!span_is(node_get_text(condition, "status"), "False"))
        return false;
    set_condition(result, READY_PROGRESSING, condition);
    return true;
}

// Evicted, refused by the node, or ended for good; each container may know more.
static bool failed(const struct node *pod, struct ready_pod *result)
{
    const struct node *status = node_get(pod, "status");
    struct span reason = node_get_text(status, "reason");

    if (!span_is(node_get_text(status, "phase"), "Failed"))
        return false;
    if (!reason.len)
        judge_list(pod, "containerStatuses", false, result);
    if (result->state != READY_FAILING)
        ready_set_pod(result, READY_FAILING, reason.len ? reason : SPAN("PodFailed"),
                      node_get_text(status, "message"));
    return true;
}

// The containers are ready, and somebody else has the last word (spec.readinessGates).
static bool gated(const struct node *pod, struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    NODE_FOREACH_ITEM (gate, node_path(pod, "spec", "readinessGates")) {
        const char *type = node_get_str(gate, "conditionType");
        const struct node *condition = ready_condition(pod, type);
        struct span status = node_get_text(condition, "status");
        struct span said = node_get_text(condition, "message");

        if (span_is(status, "True"))
            continue;
        buf_printf(&text, "readiness gate %s is %.*s%s%.*s", type,
                   SPAN_ARG(status.len ? status : SPAN("not set yet")), said.len ? ": " : "",
                   SPAN_ARG(said));
        set_condition(result, READY_PROGRESSING, condition);
        ready_set_pod(result, READY_PROGRESSING, SPAN("ReadinessGateFalse"), buf_span(&text));
        return true;
    }
    return false;
}

// All gates are open by now, and the kubelet's word of before, about one of them, still stands.
static bool was_gated(const struct node *pod, struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *ready = ready_condition(pod, "Ready");
    struct span said = node_get_text(ready, "message");

    if (!span_is(node_get_text(ready, "reason"), "ReadinessGatesNotReady"))
        return false;
    NODE_FOREACH_ITEM (gate, node_path(pod, "spec", "readinessGates")) {
        struct span type = node_get_text(gate, "conditionType");

        if (span_search(said, type) == said.len)
            continue;
        set_condition(result, READY_PROGRESSING, ready);
        buf_printf(&text, "readiness gate %.*s has become True, which the kubelet has not seen yet",
                   SPAN_ARG(type));
        ready_set_pod(result, READY_PROGRESSING, SPAN("ReadinessGatesNotReady"), buf_span(&text));
        return true;
    }
    return false;
}

// A gate that has just opened may close again: whoever sets it has no threshold, as probes have.
static bool has_just_opened(const struct node *pod, int64_t now, struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *gate = node_item(node_path(pod, "spec", "readinessGates"), 0);
    const struct node *ready = ready_condition(pod, "Ready");
    int64_t at;

    if (!gate || !ready_condition_is(pod, "Ready", "True") ||
        !when_parse(node_get_text(ready, "lastTransitionTime"), &at) || now - at > YOUNG_PLAIN_S)
        return false;
    set_condition(result, READY_PROGRESSING, ready);
    buf_printf(&text, "readiness gate %s has just become True; counts as ready after %d s",
               node_get_str(gate, "conditionType"), YOUNG_PLAIN_S);
    ready_set_pod(result, READY_PROGRESSING, SPAN("JustReady"), buf_span(&text));
    return true;
}

// What the kubelet last said of the pod as a whole.
static void set_pending(const struct node *pod, struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *ready = ready_condition(pod, "Ready");
    struct span node = node_get_text(node_get(pod, "spec"), "nodeName");

    if (node_get_text(ready, "reason").len)
        set_condition(result, READY_PROGRESSING, ready);
    else if (span_is(node_get_text(ready_condition(pod, "ContainersReady"), "status"), "True"))
        // The node controller does this to the pods of a node that it has lost.
        ready_set_pod(result, READY_PROGRESSING, SPAN("PodNotReady"),
                      SPAN("all its containers are ready, and it is marked as not ready"));
    else if (node.len) {
        buf_printf(&text, "waiting for the kubelet of node %.*s", SPAN_ARG(node));
        ready_set_pod(result, READY_PROGRESSING, SPAN("PodPending"), buf_span(&text));
    } else
        ready_set_pod(result, READY_PROGRESSING, SPAN("PodPending"),
                      SPAN("waiting for the scheduler"));
}

// When nothing tells more precisely: since the pod is not ready, or is there.
static void add_since(const struct node *pod, struct ready_pod *result)
{
    const struct node *ready = ready_condition(pod, "Ready");
    struct span since = node_get_text(ready, "lastTransitionTime");

    if (result->since[0] || result->state == READY_OK)
        return;
    if (!since.len)
        since = node_get_text(node_get(pod, "metadata"), "creationTimestamp");
    ready_copy(result->since, sizeof(result->since), since);
}

// The deletion's time is that of its grace period's end, so nothing tells since when.
static void set_deleted(const struct node *pod, struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    ready_add_deletion(pod, &text);
    ready_set_pod(result, READY_PROGRESSING, SPAN("Terminating"), buf_span(&text));
}

// The list's container that has started too lately, if any; a failing one first.
static void judge_young(const struct node *pod, const char *list, bool is_init, int64_t now,
                        struct ready_pod *result)
{
    struct span since = node_get_text(ready_condition(pod, "Ready"), "lastTransitionTime");

    NODE_FOREACH_ITEM (status, node_path(pod, "status", list)) {
        struct ready_container c = ready_container_of(pod, status, is_init);
        struct ready_pod one = {.state = READY_OK};

        if (c.runs_along && young_judge(&c, now, since, &one) && one.state > result->state)
            *result = one;
    }
}

bool ready_pod_is_young(const struct node *pod, int64_t now, struct ready_pod *result)
{
    *result = (struct ready_pod){.state = READY_OK};
    if (ready_is_deleted(pod))
        return false;
    if (has_just_opened(pod, now, result))
        return true;
    judge_young(pod, "initContainerStatuses", true, now, result);
    judge_young(pod, "containerStatuses", false, now, result);
    return result->state != READY_OK;
}

static void judge(const struct node *pod, struct ready_pod *result)
{
    if (failed(pod, result) || unscheduled(pod, result))
        return;
    judge_list(pod, "initContainerStatuses", true, result);
    judge_list(pod, "containerStatuses", false, result);
    if (result->state == READY_OK && !gated(pod, result) && !was_gated(pod, result))
        set_pending(pod, result);
}

void ready_check_pod(const struct node *pod, struct ready_pod *result)
{
    *result = (struct ready_pod){.state = READY_OK};
    if (ready_is_deleted(pod)) {
        set_deleted(pod, result);
        return;
    }
    if (span_is(node_get_text(node_get(pod, "status"), "phase"), "Succeeded") ||
        ready_condition_is(pod, "Ready", "True"))
        return;
    judge(pod, result);
    add_since(pod, result);
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
    memcpy(result->since, pod.since, sizeof(result->since));
}
