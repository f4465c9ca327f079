// SPDX-License-Identifier: Apache-2.0
// Attaching evidence to the leaves of the graph.
#include "cluster/evidence/evidence.h"

#include <string.h>

#include "base/mem.h"
#include "cluster/evidence/claims.h"
#include "cluster/evidence/events.h"
#include "cluster/evidence/lines.h"
#include "cluster/evidence/logs.h"
#include "cluster/evidence/nodes.h"
#include "cluster/evidence/questions.h"
#include "cluster/watch/pods.h"

enum {
    EVIDENCE_EVENT_LINES = 10, // of one object, when they are wanted
    EVIDENCE_ALL_LOG_LINES = 20,
    EXIT_KILLED = 137, // SIGKILL and SIGTERM: somebody else ended it
    EXIT_TERMINATED = 143,
};

// One item on its way.
struct leaf {
    const struct facts *facts;
    struct arena *arena;
    struct graph_item *item;
    const struct node *pod; // or NULL
    struct evidence_lines lines;
};

static bool is_kind(const struct graph_item *item, const char *kind)
{
    return span_is(item->id.kind, kind);
}

static bool has_reason(const struct leaf *l, const char *reason)
{
    return strcmp(l->item->ready.reason, reason) == 0;
}

static void say(struct leaf *l, const struct buf *message)
{
    ready_copy(l->item->ready.message, sizeof(l->item->ready.message), buf_span(message));
}

static void take_event(struct leaf *l, enum ready_state state, const struct evidence_event *e)
{
    struct ready *ready = &l->item->ready;

    ready->state = state;
    if (!l->item->container) // of that its restarts are counted
        ready->attempts = e->count;
    ready_copy(ready->reason, sizeof(ready->reason), e->reason);
    ready_copy(ready->message, sizeof(ready->message), e->message);
    ready_copy(ready->since, sizeof(ready->since), e->first);
}

// --- a workload without a pod that tells ---

// Deployments say it themselves, by ReplicaFailure.
static bool lacks_pods(const struct graph_item *item)
{
    if (is_kind(item, "Job"))
        return strcmp(item->ready.reason, "Running") == 0 &&
               node_get_int(node_get(item->object, "status"), "active", 0) == 0;
    return (is_kind(item, "StatefulSet") || is_kind(item, "DaemonSet") ||
            is_kind(item, "ReplicaSet")) &&
           strcmp(item->ready.reason, "PodsMissing") == 0;
}

static void explain_missing_pods(struct leaf *l)
{
    struct evidence_event e;

    if (evidence_events_creation(evidence_ask_events(l->facts->evidence, l->item->object, false),
                                 &e))
        take_event(l, READY_FAILING, &e);
}

// --- a pod that does not get on ---

static void explain_place(struct leaf *l)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(READY_MESSAGE_BYTES);
    struct span said = span_str(l->item->ready.message);
    struct informers *inf = l->facts->informers;
    bool is_volume = span_search(said, SPAN("olume")) < said.len;

    if (is_volume && evidence_claims_of_pod(inf, l->facts->evidence, l->pod, &text)) {
        say(l, &text);
        return;
    }
    buf_truncate(&text, 0);
    if (!evidence_nodes_lack(inf, l->pod, &text))
        return;
    buf_printf(&text, " (%.*s)", SPAN_ARG(said));
    say(l, &text);
}

static bool is_starting(const struct leaf *l)
{
    return has_reason(l, "ContainerCreating") || has_reason(l, "PodInitializing") ||
           has_reason(l, "PodPending") || has_reason(l, "Waiting");
}

// Of a container only a pull has the reason that its status will have: any other failure is one
// when that says so.
static bool is_failure(const struct evidence_event *e)
{
    return span_is(e->type, "Warning") && (!e->container.len || span_is(e->reason, "ErrImagePull"));
}

// The network of a node that has just come is on its way; all else is a failure that somebody
// repeats.
static void explain_start(struct leaf *l)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(READY_MESSAGE_BYTES);
    struct evidence_event e;

    if (!evidence_events_start(evidence_ask_events(l->facts->evidence, l->pod, false), &e))
        return;
    if (e.container.len)
        l->item->container = arena_printf(l->arena, "%.*s", SPAN_ARG(e.container));
    else if (span_is(e.type, "Warning"))
        l->item->container = NULL;
    if (is_failure(&e)) {
        take_event(l, span_is(e.reason, "NetworkNotReady") ? READY_PROGRESSING : READY_FAILING, &e);
        return;
    }
    buf_add_span(&text, e.message);
    say(l, &text);
}

static const struct span awaited = {" has not succeeded", sizeof(" has not succeeded") - 1};

// Also of a Deployment past its deadline, which says what its pods wait for.
static bool awaits_probe(const struct leaf *l)
{
    struct span said = span_str(l->item->ready.message);

    return l->item->container && span_search(said, awaited) < said.len;
}

// The probe's answer, right behind "… has not succeeded".
static void add_answer(struct leaf *l, const struct evidence_event *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span said = span_str(l->item->ready.message), answer = e->message;
    size_t at = span_search(said, awaited), begin = span_search(answer, SPAN("failed: "));

    if (begin < answer.len)
        answer = span_trim(span_tail(answer, begin + sizeof("failed: ") - 1));
    if (at < said.len)
        at += awaited.len;
    buf_add_span(&text, span_head(said, at));
    buf_printf(&text, ": %.*s", SPAN_ARG(answer));
    buf_add_span(&text, span_tail(said, at));
    say(l, &text);
}

static void explain_probe(struct leaf *l)
{
    const struct node *status = evidence_logs_container(l->pod, l->item->container);
    struct span started = node_get_text(node_path(status, "state", "running"), "startedAt");
    const struct node *events = evidence_ask_events(l->facts->evidence, l->pod, false);
    struct evidence_event e;

    if (evidence_events_probe(events, started, &e))
        add_answer(l, &e);
}

// --- a container that ended ---

// A container that somebody else ended: mostly the kubelet, because of its liveness probe.
static bool add_liveness(struct leaf *l, const struct node *end, struct buf *text)
{
    int64_t code = node_get_int(end, "exitCode", 0);
    struct evidence_event e;

    if ((code != EXIT_KILLED && code != EXIT_TERMINATED) ||
        span_is(node_get_text(end, "reason"), "OOMKilled") ||
        !evidence_events_liveness(evidence_ask_events(l->facts->evidence, l->pod, true), &e))
        return false;
    buf_printf(text, ": %.*s", SPAN_ARG(e.message));
    return true;
}

// What a container left that has no message of its own: the last line of its log, and those before.
static void explain_end(struct leaf *l, const struct node *status)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool previous;
    const struct node *end = evidence_logs_end(status, &previous);
    struct span said = span_trim(node_get_text(end, "message"));
    struct span log, last;

    if (!end || said.len)
        return;
    buf_add_str(&text, l->item->ready.message);
    log = evidence_ask_log(l->facts->evidence, l->pod, status, previous, EVIDENCE_LOG_LINES);
    last = evidence_logs_last(log);
    if (!add_liveness(l, end, &text) && last.len)
        buf_printf(&text, ": %.*s", SPAN_ARG(last));
    say(l, &text);
    evidence_logs_lines(log, EVIDENCE_LOG_LINES, node_get_str(status, "name"), l->arena, &l->lines);
}

// --- more of it, when it is wanted ---

static void add_events(struct leaf *l)
{
    const struct node *own = l->item->object;

    if (own)
        evidence_events_lines(evidence_ask_events(l->facts->evidence, own, true),
                              EVIDENCE_EVENT_LINES, l->arena, &l->lines);
    if (l->pod && l->pod != own)
        evidence_events_lines(evidence_ask_events(l->facts->evidence, l->pod, true),
                              EVIDENCE_EVENT_LINES, l->arena, &l->lines);
}

static void add_log(struct leaf *l, const struct node *status, bool previous)
{
    evidence_logs_lines(
        evidence_ask_log(l->facts->evidence, l->pod, status, previous, EVIDENCE_ALL_LOG_LINES),
        EVIDENCE_ALL_LOG_LINES, node_get_str(status, "name"), l->arena, &l->lines);
}

// The run that goes on, or else the last one that has ended.
static void add_logs(struct leaf *l)
{
    static const char *const lists[] = {"initContainerStatuses", "containerStatuses"};

    l->lines = (struct evidence_lines){0}; // these are more of the same
    for (size_t i = 0; l->pod && i < ARRAY_LEN(lists); i++)
        NODE_FOREACH_ITEM (status, node_get(node_get(l->pod, "status"), lists[i])) {
            bool previous;
            const struct node *end = evidence_logs_end(status, &previous);

            if (node_path(status, "state", "running"))
                add_log(l, status, false);
            else if (end)
                add_log(l, status, previous);
        }
}

// --- leaves ---

static const struct node *find_pod(const struct facts *facts, const char *label)
{
    struct identity id = {.kind = SPAN("Pod")};
    const struct node *pod;

    if (!span_cut(span_str(label), '/', &id.ns, &id.name))
        return NULL;
    informers_get(facts->informers, &id, &pod);
    return pod;
}

// A Job that has failed is judged without its pods.
static const struct node *pod_of_job(struct leaf *l, const struct pods *pods)
{
    struct ready_pod why;
    const struct node *pod = pods_worst(pods, l->item->object, &why);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!pod)
        return NULL;
    l->item->pod =
        arena_printf(l->arena, "%s/%s", node_get_str(node_get(pod, "metadata"), "namespace"),
                     node_get_str(node_get(pod, "metadata"), "name"));
    l->item->container = why.container[0] ? arena_str(l->arena, why.container) : NULL;
    buf_printf(&text, "%s: %s", l->item->ready.message, why.message);
    say(l, &text);
    return pod;
}

// A pod of the tree names its container within its message.
static const struct node *pod_itself(struct leaf *l)
{
    struct ready *ready = &l->item->ready;
    struct ready_pod why;

    ready_check_pod(l->item->object, &why);
    if (why.state == ready->state && why.container[0]) {
        l->item->container = arena_str(l->arena, why.container);
        memcpy(ready->message, why.message, sizeof(why.message));
    }
    return l->item->object;
}

static void explain(struct leaf *l)
{
    struct graph_item *item = l->item;
    struct ready down;

    if (!l->pod) {
        if (item->object && lacks_pods(item))
            explain_missing_pods(l);
    } else if (item->ready.state != READY_TERMINAL &&
               evidence_nodes_down(l->facts->informers, l->pod, &down)) {
        item->ready = down;
        item->container = NULL;
    } else if (has_reason(l, "Unschedulable")) {
        explain_place(l);
    } else if (is_starting(l)) {
        explain_start(l);
    } else if (awaits_probe(l)) {
        explain_probe(l);
    } else if (item->ready.state >= READY_FAILING && item->container) {
        explain_end(l, evidence_logs_container(l->pod, item->container));
    }
}

static void attach(const struct facts *facts, const struct pods *pods, struct arena *arena,
                   struct graph_item *item)
{
    struct leaf l = {.facts = facts, .arena = arena, .item = item};

    if (item->pod)
        l.pod = find_pod(facts, item->pod);
    else if (is_kind(item, "Pod") && item->object)
        l.pod = pod_itself(&l);
    else if (is_kind(item, "Job") && item->object && item->ready.state == READY_TERMINAL)
        l.pod = pod_of_job(&l, pods);
    explain(&l);
    if (facts->evidence_more & EVIDENCE_MORE_LOGS)
        add_logs(&l);
    if (facts->evidence_more & EVIDENCE_MORE_EVENTS)
        add_events(&l);
    item->evidence = evidence_lines_end(&l.lines, arena);
}

void evidence_attach(struct graph *g, const struct facts *facts)
{
    struct pods pods = {0};
    size_t count = 0;

    evidence_fetch_begin(facts->evidence);
    for (size_t i = 0; i < g->items.len && count < EVIDENCE_ITEMS_MAX; i++) {
        struct graph_item *item = &g->items.items[i];

        if (item->ready.state == READY_OK || item->ready.blocked || !graph_is_leaf(item))
            continue;
        if (!count++)
            pods_collect(&pods, facts->informers, facts->skew, g->arena);
        attach(facts, &pods, g->arena, item);
    }
    pods_free(&pods);
}
