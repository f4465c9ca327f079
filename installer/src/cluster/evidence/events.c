// SPDX-License-Identifier: Apache-2.0
// Reading events.
#include "cluster/evidence/events.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "cluster/evidence/lines.h"

static struct span or_else(struct span a, struct span b)
{
    return a.len ? a : b;
}

// "spec.containers{app}", "spec.initContainers{app}"
static struct span container_of(const struct node *n)
{
    struct span path = node_get_text(node_get(n, "involvedObject"), "fieldPath");
    struct span list, name, rest;

    if (!span_cut(path, '{', &list, &rest) || !span_cut(rest, '}', &name, &rest))
        return SPAN_EMPTY;
    return name;
}

// Two forms: that of client-go's recorder (firstTimestamp, lastTimestamp, count), and that of
// events.k8s.io (eventTime, series), which the scheduler writes.
static struct evidence_event event_of(const struct node *n)
{
    const struct node *series = node_get(n, "series"), *metadata = node_get(n, "metadata");
    struct span made =
        or_else(node_get_text(n, "eventTime"), node_get_text(metadata, "creationTimestamp"));
    struct evidence_event e = {
        .type = node_get_text(n, "type"),
        .reason = node_get_text(n, "reason"),
        .message = span_trim(node_get_text(n, "message")),
        .container = container_of(n),
        .first = or_else(node_get_text(n, "firstTimestamp"), made),
        .last = or_else(node_get_text(series, "lastObservedTime"),
                        or_else(node_get_text(n, "lastTimestamp"), made)),
        .count = node_get_int(series, "count", node_get_int(n, "count", 1)),
    };

    // A repeated event is written again, so versions tell the order also within one second.
    if (!span_u64(node_get_text(metadata, "resourceVersion"), &e.order))
        e.order = 0;
    return e;
}

typedef bool event_filter(const struct evidence_event *e, struct span since);

static bool newest(const struct node *list, event_filter *counts, struct span since,
                   struct evidence_event *out)
{
    bool found = false;

    NODE_FOREACH_ITEM (n, node_get(list, "items")) {
        struct evidence_event e = event_of(n);

        if (!counts(&e, since) || (found && e.order < out->order))
            continue;
        *out = e;
        found = true;
    }
    return found;
}

static bool is_creation(const struct evidence_event *e, struct span since UNUSED)
{
    return span_is(e->reason, "FailedCreate") || span_is(e->reason, "SuccessfulCreate");
}

bool evidence_events_creation(const struct node *list, struct evidence_event *e)
{
    return newest(list, is_creation, SPAN_EMPTY, e) && span_is(e->reason, "FailedCreate");
}

static bool is_warning(const struct evidence_event *e, struct span since UNUSED)
{
    return span_is(e->type, "Warning");
}

bool evidence_events_warning(const struct node *list, struct evidence_event *e)
{
    return newest(list, is_warning, SPAN_EMPTY, e);
}

// "Error: ErrImagePull", and that it waits until it pulls again: why is in another event
// (pkg/kubelet/kuberuntime and pkg/kubelet/images).
static bool tells_no_cause(const struct evidence_event *e)
{
    struct span word = e->message;

    return span_is(e->reason, "BackOff") ||
           (span_skip(&word, "Error: ") && span_find(word, ' ') == word.len);
}

// Warnings that no pod waits for: of the scheduler, of before; of names and secrets that may do.
static bool is_of_start(const struct evidence_event *e, struct span since UNUSED)
{
    if (tells_no_cause(e))
        return false;
    return !is_warning(e, SPAN_EMPTY) || span_is(e->reason, "NetworkNotReady") ||
           (span_starts(e->reason, "Failed") && !span_is(e->reason, "FailedScheduling") &&
            !span_is(e->reason, "FailedToRetrieveImagePullSecret") &&
            !span_is(e->reason, "FailedKillPod"));
}

bool evidence_events_start(const struct node *list, struct evidence_event *e)
{
    if (!newest(list, is_of_start, SPAN_EMPTY, e))
        return false;
    if (span_starts(e->message, "Failed to pull image "))
        e->reason = SPAN("ErrImagePull");
    return is_warning(e, SPAN_EMPTY) || span_is(e->reason, "Pulling");
}

// Times of events and of containers are whole seconds, with or without a fraction.
static bool is_of_probe(const struct evidence_event *e, struct span since)
{
    return span_is(e->reason, "Unhealthy") &&
           (span_starts(e->message, "Readiness probe") ||
            span_starts(e->message, "Startup probe")) &&
           span_cmp(span_head(e->last, 19), span_head(since, 19)) >= 0;
}

bool evidence_events_probe(const struct node *list, struct span since, struct evidence_event *e)
{
    return newest(list, is_of_probe, since, e);
}

static bool is_of_liveness(const struct evidence_event *e, struct span since UNUSED)
{
    return span_is(e->reason, "Unhealthy") && span_starts(e->message, "Liveness probe");
}

bool evidence_events_liveness(const struct node *list, struct evidence_event *e)
{
    return newest(list, is_of_liveness, SPAN_EMPTY, e);
}

static int compare(const void *a, const void *b)
{
    const struct evidence_event *x = a, *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

void evidence_events_lines(const struct node *list, size_t most, struct arena *arena,
                           struct evidence_lines *lines)
{
    VEC(struct evidence_event) events = {0};

    NODE_FOREACH_ITEM (n, node_get(list, "items"))
        vec_push(&events, event_of(n));
    if (events.len)
        qsort(events.items, events.len, sizeof(*events.items), compare);
    for (size_t i = events.len > most ? events.len - most : 0; i < events.len; i++) {
        const struct evidence_event *e = &events.items[i];
        char *times CLEANUP(mem_cleanup) =
            e->count > 1 ? mem_printf(" (%lld times)", (long long)e->count) : mem_str("");
        char *text CLEANUP(mem_cleanup) =
            mem_printf("%.*s %.*s %.*s: %.*s%s", SPAN_ARG(span_head(span_tail(e->last, 11), 8)),
                       SPAN_ARG(e->type), SPAN_ARG(e->reason), SPAN_ARG(e->message), times);

        evidence_lines_add(lines, arena, "event: ", span_str(text));
    }
    vec_free(&events);
}
