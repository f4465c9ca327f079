// SPDX-License-Identifier: Apache-2.0
// One container: why it is not ready, from its states (core/v1 ContainerState) and its probes.
#include "model/ready/container.h"
#include "model/ready/condition.h"

#include "base/buf.h"

static const struct node *named(const struct node *list, struct span name)
{
    NODE_FOREACH_ITEM (item, list)
        if (span_eq(node_get_text(item, "name"), name))
            return item;
    return NULL;
}

struct ready_container ready_container_of(const struct node *pod, const struct node *status,
                                          bool is_init)
{
    const struct node *spec = node_get(pod, "spec");
    const struct node *own = named(node_get(spec, is_init ? "initContainers" : "containers"),
                                   node_get_text(status, "name"));
    struct span policy = node_get_text(is_init ? own : spec, "restartPolicy");

    return (struct ready_container){
        .spec = own,
        .status = status,
        .is_init = is_init,
        // Of a pod the default is Always, an init container runs once unless it says so.
        .runs_along = span_is(policy, "Always") || (!is_init && !policy.len),
    };
}

void ready_set_pod(struct ready_pod *result, enum ready_state state, struct span reason,
                   struct span message)
{
    result->state = state;
    ready_copy(result->reason, sizeof(result->reason), reason);
    ready_copy(result->message, sizeof(result->message), message);
}

// How a run ended: the memory limit that it went over, or the exit code, and its own last words.
static void add_end(const struct ready_container *c, const struct node *terminated, struct buf *out)
{
    struct span limit = node_scalar(node_path(c->spec, "resources", "limits", "memory"));
    struct span said = span_trim(node_get_text(terminated, "message"));

    if (span_is(node_get_text(terminated, "reason"), "OOMKilled"))
        buf_printf(out, "out of memory%s%.*s", limit.len ? ", its limit is " : "", SPAN_ARG(limit));
    else
        buf_printf(out, "exit code %lld", (long long)node_get_int(terminated, "exitCode", 0));
    buf_printf(out, "%s%.*s", said.len ? ": " : "", SPAN_ARG(said));
}

void ready_add_last_end(const struct node *last, struct buf *out)
{
    struct span said = span_trim(node_get_text(last, "message"));

    buf_printf(out, "last run ended with exit code %lld (%.*s)%s%.*s",
               (long long)node_get_int(last, "exitCode", 0),
               SPAN_ARG(node_get_text(last, "reason")), said.len ? ": " : "", SPAN_ARG(said));
}

// Reasons of the kubelet that are not failures (pkg/kubelet/kubelet_pods.go).
static bool is_plain_waiting(struct span reason)
{
    return span_is(reason, "ContainerCreating") || span_is(reason, "PodInitializing") ||
           reason.len == 0;
}

static bool judge_waiting(const struct ready_container *c, const struct node *waiting,
                          struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *last = node_path(c->status, "lastState", "terminated");
    struct span reason = node_get_text(waiting, "reason");

    if (is_plain_waiting(reason)) {
        if (c->is_init)
            return false;
        ready_set_pod(result, READY_PROGRESSING, reason.len ? reason : SPAN("Waiting"),
                      node_get_text(waiting, "message"));
        return true;
    }
    if (last && span_is(reason, "CrashLoopBackOff")) {
        ready_add_last_end(last, &text);
        ready_set_pod(result, READY_FAILING, reason, buf_span(&text));
        ready_copy(result->since, sizeof(result->since), node_get_text(last, "finishedAt"));
    } else {
        ready_set_pod(result, READY_FAILING, reason, node_get_text(waiting, "message"));
    }
    return true;
}

static bool judge_terminated(const struct ready_container *c, const struct node *terminated,
                             struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span reason = node_get_text(terminated, "reason");
    bool went_well = node_get_int(terminated, "exitCode", 1) == 0;

    if (went_well && !c->runs_along)
        return false;
    if (went_well)
        buf_add_str(&text, "it has to go on running, and ended with exit code 0");
    else
        add_end(c, terminated, &text);
    ready_set_pod(result, READY_FAILING, reason.len ? reason : SPAN("Error"), buf_span(&text));
    ready_copy(result->since, sizeof(result->since), node_get_text(terminated, "finishedAt"));
    return true;
}

// "GET /healthz on port 8080"
static void add_probe(const struct node *probe, struct buf *out)
{
    const struct node *get = node_get(probe, "httpGet"), *tcp = node_get(probe, "tcpSocket");
    const struct node *grpc = node_get(probe, "grpc"), *exec = node_get(probe, "exec");
    struct span path = node_get_text(get, "path");

    if (get)
        buf_printf(out, " (GET %.*s on port %.*s)", SPAN_ARG(path.len ? path : SPAN("/")),
                   SPAN_ARG(node_scalar(node_get(get, "port"))));
    else if (tcp || grpc)
        buf_printf(out, " (%s port %.*s)", tcp ? "TCP" : "gRPC",
                   SPAN_ARG(node_scalar(node_get(tcp ? tcp : grpc, "port"))));
    else if (exec)
        buf_printf(out, " (exec %.*s)",
                   SPAN_ARG(node_text(node_item(node_get(exec, "command"), 0))));
}

// Readiness probes begin when the startup probe has succeeded.
static void add_awaited_probe(const struct ready_container *c, struct buf *out)
{
    const struct node *startup = node_get(c->spec, "startupProbe");
    const struct node *readiness = node_get(c->spec, "readinessProbe");
    bool starts = startup && !node_get_bool(c->status, "started", false);

    if (c->spec && !starts && !readiness) {
        buf_add_str(out, "running, not ready yet");
        return;
    }
    buf_printf(out, "running, but its %s probe", starts ? "startup" : "readiness");
    add_probe(starts ? startup : readiness, out);
    buf_add_str(out, " has not succeeded");
}

static bool judge_running(const struct ready_container *c, const struct node *running,
                          struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *last = node_path(c->status, "lastState", "terminated");

    bool runs_to_its_end = c->is_init && !c->runs_along;

    if (runs_to_its_end)
        buf_add_str(&text, "init container is running");
    else
        add_awaited_probe(c, &text);
    if (last) {
        buf_add_str(&text, "; its ");
        ready_add_last_end(last, &text);
    }
    ready_set_pod(result, READY_PROGRESSING,
                  runs_to_its_end ? SPAN("InitRunning") : SPAN("ContainerNotReady"),
                  buf_span(&text));
    ready_copy(result->since, sizeof(result->since), node_get_text(running, "startedAt"));
    return true;
}

static bool judge_state(const struct ready_container *c, struct ready_pod *result)
{
    const struct node *state = node_get(c->status, "state");
    const struct node *waiting = node_get(state, "waiting");
    const struct node *terminated = node_get(state, "terminated");
    const struct node *running = node_get(state, "running");

    if (terminated)
        return judge_terminated(c, terminated, result);
    if (running)
        return judge_running(c, running, result);
    return judge_waiting(c, waiting, result);
}

void ready_name_container(const struct ready_container *c, struct ready_pod *result)
{
    ready_copy(result->container, sizeof(result->container), node_get_text(c->status, "name"));
    result->init = c->is_init;
    result->restarts = node_get_int(c->status, "restartCount", 0);
}

bool ready_container_judge(const struct ready_container *c, struct ready_pod *result)
{
    if (node_get_bool(c->status, "ready", false) || !judge_state(c, result))
        return false;
    ready_name_container(c, result);
    return true;
}
