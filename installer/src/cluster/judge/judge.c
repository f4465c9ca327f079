// SPDX-License-Identifier: Apache-2.0
// Judging one object.
#include "cluster/judge/judge.h"

#include <stdio.h>
#include <string.h>

#include "cluster/judge/former.h"
#include "cluster/watch/revision.h"
#include "model/flux.h"

static void set(struct ready *ready, enum ready_state state, const char *reason,
                const char *message)
{
    *ready = (struct ready){.state = state};
    snprintf(ready->reason, sizeof(ready->reason), "%s", reason);
    snprintf(ready->message, sizeof(ready->message), "%s", message);
}

bool judge_has_state(const struct identity *id)
{
    return !ready_kind_is_static(id->group, id->kind) &&
           !span_is(id->kind, "CustomResourceDefinition");
}

static bool is_job(const struct graph_item *item)
{
    return span_is(item->id.kind, "Job") && span_is(item->id.group, "batch");
}

// A Job that was to go by its own spec, once it has finished. It was there when it was applied, so
// its absence tells something only after the watch has come that far.
static void judge_passed(const struct facts *facts, struct graph_item *item)
{
    const struct node *failed = informers_failed_job(facts->informers, &item->id);

    if (!informers_has_reached(facts->informers, item->id.group, item->id.kind,
                               facts->jobs_version))
        set(&item->ready, READY_PROGRESSING, "NotLookedAt", "not looked at since it was applied");
    else if (failed)
        set(&item->ready, READY_TERMINAL, node_get_str(failed, "reason"),
            node_get_str(failed, "message"));
}

// helm-controller has waited for the Jobs of a release that is Ready.
static bool is_of_ready_release(const struct graph *g, const struct graph_item *item)
{
    const struct graph_item *parent;

    if (item->parent == GRAPH_NO_PARENT)
        return false;
    parent = &g->items.items[item->parent];
    return span_is(parent->id.kind, "HelmRelease") && parent->ready.state == READY_OK;
}

static void judge_absent(const struct facts *facts, const struct graph *g, struct graph_item *item)
{
    if (is_job(item) && node_path(item->wanted, "spec", "ttlSecondsAfterFinished"))
        judge_passed(facts, item);
    else if (!is_job(item) || !is_of_ready_release(g, item))
        set(&item->ready, READY_PROGRESSING, "NotFound", "not there (yet)");
    if (facts->deleted && deleted_is_again(facts->deleted, &item->id))
        set(&item->ready, READY_FAILING, "Deleted", "somebody deleted it twice");
}

static void judge_status(const struct facts *facts, const struct graph *g, struct graph_item *item)
{
    const char *trouble;

    if (!judge_has_state(&item->id)) { // it is in the graph because it is missing
        judge_absent(facts, g, item);
        return;
    }
    switch (informers_get(facts->informers, &item->id, &item->object)) {
    case INFORMERS_FOUND: ready_check(item->object, &item->ready); break;
    case INFORMERS_ABSENT: judge_absent(facts, g, item); break;
    case INFORMERS_UNKNOWN:
        trouble = informers_trouble(facts->informers, &item->id);
        set(&item->ready, READY_PROGRESSING, "NotLookedAt",
            trouble ? trouble : "not looked at yet");
        break;
    }
}

static void name_pod(struct graph_item *item, struct arena *arena, const struct node *pod,
                     const struct ready_pod *why)
{
    const struct node *metadata = node_get(pod, "metadata");

    if (pod != item->object)
        item->pod = arena_printf(arena, "%s/%s", node_get_str(metadata, "namespace"),
                                 node_get_str(metadata, "name"));
    if (why->container[0])
        item->container = arena_str(arena, why->container);
    if (why->restarts > item->ready.attempts)
        item->ready.attempts = why->restarts;
}

static void set_from_pod(struct graph_item *item, const struct ready_pod *why)
{
    item->ready.state = why->state;
    memcpy(item->ready.reason, why->reason, sizeof(why->reason));
    memcpy(item->ready.message, why->message, sizeof(why->message));
    memcpy(item->ready.since, why->since, sizeof(why->since));
}

// A Deployment past its deadline waits for its pods all the same: the pod says what for.
static void set_past_deadline(struct graph_item *item, const struct ready_pod *why)
{
    struct ready own = item->ready;
    size_t used = strlen(why->message);

    set_from_pod(item, why);
    item->ready.state = own.state;
    memcpy(item->ready.since, own.since, sizeof(own.since));
    snprintf(item->ready.message + used, sizeof(item->ready.message) - used, "%s(%s: %s)",
             used ? " " : "", own.reason, own.message);
}

// A workload's own counters say "0 of 1 pods are ready"; its worst pod says why. One that is ready
// has pods that may have started too lately to count.
static void ask_pods(const struct pods *pods, struct arena *arena, struct graph_item *item)
{
    bool is_ready = item->ready.state == READY_OK;
    struct ready_pod why;
    const struct node *pod;

    if (item->ready.state == READY_TERMINAL || !item->object)
        return;
    pod = (is_ready ? pods_young : pods_worst)(pods, item->object, &why);
    if (!pod)
        return;
    if (item->ready.state <= why.state)
        set_from_pod(item, &why);
    else if (strcmp(item->ready.reason, "ProgressDeadlineExceeded") == 0)
        set_past_deadline(item, &why);
    else
        return; // what it fails of has nothing to do with a pod that only waits
    name_pod(item, arena, pod, &why);
}

static void ask_source(const struct facts *facts, struct graph_item *item)
{
    if (item->object && span_ends(item->id.group, FLUX_GROUP_SUFFIX))
        revision_check(facts->informers, item->object, &item->ready);
}

// A release that was changed behind its controller's back is not ready, whatever its status says.
static void ask_controller(const struct facts *facts, struct graph_item *item)
{
    if (facts->handled && item->object && item->ready.state == READY_OK &&
        span_is(item->id.kind, "HelmRelease") && handled_is_behind(facts->handled, item->object))
        set(&item->ready, READY_PROGRESSING, "ChangeNotSeen",
            "changed since its controller looked at it; asked to look now");
}

static bool is_scalable(const struct graph_item *item)
{
    return span_is(item->id.kind, "Deployment") || span_is(item->id.kind, "StatefulSet");
}

static bool stands_at_zero(const struct graph_item *item)
{
    return is_scalable(item) && item->object && item->ready.state == READY_OK &&
           node_get_int(node_get(item->object, "spec"), "replicas", 1) == 0;
}

// By the scale subresource somebody takes over the replicas: an autoscaler for good, kubectl not.
static bool is_autoscaled(const struct node *object)
{
    NODE_FOREACH_ITEM (entry, node_path(object, "metadata", "managedFields")) {
        if (span_is(node_get_text(entry, "subresource"), "scale") &&
            !span_starts(node_get_text(entry, "manager"), "kubectl"))
            return true;
    }
    return false;
}

// A workload at zero replicas is complete by its own status. It is not when the release it came
// from, or the tree, wants more.
static void ask_tree(struct graph_item *item)
{
    int64_t wanted = node_get_int(node_get(item->wanted, "spec"), "replicas", 1);
    char message[READY_MESSAGE_BYTES];

    if (!item->wanted || !wanted || !stands_at_zero(item) || is_autoscaled(item->object))
        return;
    snprintf(message, sizeof(message), "somebody scaled it to 0 replicas; the tree wants %lld",
             (long long)wanted);
    set(&item->ready, READY_FAILING, "ScaledToZero", message);
}

static void ask_release(const struct facts *facts, struct graph *g, size_t i)
{
    struct graph_item *item = &g->items.items[i];
    int release = graph_release_of(g, i);

    if (!stands_at_zero(item) || release == GRAPH_NO_PARENT || !g->items.items[release].object)
        return;
    switch (
        release_records_replicas(facts->records, g->items.items[release].object, item->object)) {
    case RELEASE_WANTS_ZERO: break;
    case RELEASE_WANTS_UNKNOWN:
        set(&item->ready, READY_PROGRESSING, "NotLookedAt", "its release is not looked at yet");
        break;
    case RELEASE_WANTS_MORE:
        set(&item->ready, READY_FAILING, "ScaledToZero",
            "somebody scaled it to 0 replicas; its release wants more");
        break;
    }
}

// A Job of a release that is not through is made again with the next attempt.
static void soften_job(const struct graph *g, size_t i)
{
    struct graph_item *item = &g->items.items[i];
    int release = graph_release_of(g, i);
    enum ready_state above =
        release == GRAPH_NO_PARENT ? READY_OK : g->items.items[release].ready.state;

    if (is_job(item) && item->ready.state == READY_TERMINAL &&
        (above == READY_PROGRESSING || above == READY_FAILING))
        item->ready.state = READY_FAILING;
}

void judge_item(const struct facts *facts, const struct pods *pods, struct graph *g, size_t i)
{
    struct graph_item *item = &g->items.items[i];

    judge_status(facts, g, item);
    if (item->object)
        former_check(item->object, &item->ready);
    ask_source(facts, item);
    ask_controller(facts, item);
    ask_pods(pods, g->arena, item);
    ask_tree(item);
    ask_release(facts, g, i);
    soften_job(g, i);
}
