// SPDX-License-Identifier: Apache-2.0
// The index of pods by the object that owns them.
#include "cluster/watch/pods.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "base/when.h"

struct pods_list {
    VEC(const struct node *) owned;
};

static struct span uid_of(const struct node *object)
{
    return node_get_text(node_get(object, "metadata"), "uid");
}

static int index_owned(void *data, const struct node *object, struct err **err UNUSED)
{
    struct pods *p = data;
    const struct node *owners = node_path(object, "metadata", "ownerReferences");

    NODE_FOREACH_ITEM (owner, owners) {
        struct span uid = node_get_text(owner, "uid");
        struct pods_list *list = map_get(&p->owners, uid);

        if (!node_get_bool(owner, "controller", false))
            continue;
        if (!list) {
            list = ARENA_NEW(p->arena, struct pods_list);
            map_put(&p->owners, uid, list);
        }
        vec_push_arena(p->arena, &list->owned, object);
    }
    return 0;
}

static int index_pod(void *data, const struct node *pod, struct err **err)
{
    struct pods *p = data;

    NODE_FOREACH_ITEM (status, node_path(pod, "status", "containerStatuses"))
        skew_see(p->skew, node_get_text(node_path(status, "state", "running"), "startedAt"),
                 p->now);
    return index_owned(data, pod, err);
}

void pods_collect(struct pods *p, struct informers *inf, struct skew *skew, struct arena *arena)
{
    *p = (struct pods){.arena = arena, .skew = skew, .now = when_now()};
    informers_each(inf, "", "Pod", index_pod, p);
    informers_each(inf, "apps", "ReplicaSet", index_owned, p);
    skew_watch(skew);
    p->now += skew->ahead;
}

void pods_free(struct pods *p)
{
    map_free(&p->owners);
}

static bool is_of_kind(const struct node *object, const char *kind)
{
    return span_is(node_get_text(object, "kind"), kind);
}

// A replica set that is scaled to nothing is an old revision: its last pods do not count.
static bool is_scaled_down(const struct node *owned)
{
    return is_of_kind(owned, "ReplicaSet") &&
           node_get_int(node_get(owned, "spec"), "replicas", 1) == 0;
}

static struct span label(const struct node *object, const char *key)
{
    return node_get_text(node_path(object, "metadata", "labels"), key);
}

static struct span annotation(const struct node *object, const char *key)
{
    return node_get_text(node_path(object, "metadata", "annotations"), key);
}

// Whether a pod or replica set was made of a template that its workload has no more.
static bool is_old(const struct node *workload, const struct node *owned)
{
    struct span made_of = SPAN_EMPTY, wanted = SPAN_EMPTY;

    if (is_of_kind(workload, "Deployment")) {
        made_of = annotation(owned, "deployment.kubernetes.io/revision");
        wanted = annotation(workload, "deployment.kubernetes.io/revision");
    } else if (is_of_kind(workload, "StatefulSet")) {
        made_of = label(owned, "controller-revision-hash");
        wanted = node_get_text(node_get(workload, "status"), "updateRevision");
    } else if (is_of_kind(workload, "DaemonSet")) {
        made_of = label(owned, "pod-template-generation");
        wanted = annotation(workload, "deprecated.daemonset.template.generation");
    }
    return made_of.len && wanted.len && !span_eq(made_of, wanted);
}

// The pod that tells most, so far.
struct choice {
    const struct pods *pods;
    const struct node *workload;
    const struct node *pod;
    struct ready_pod why;
    int rank;
};

typedef void weigh_fn(struct choice *c, const struct node *pod, bool old);

// `deeper`: how many levels below this one may hold the pods. Owners are data of the cluster, and
// may form a circle.
static void weigh_below(struct choice *c, weigh_fn *weigh, const struct node *workload, bool old,
                        int deeper)
{
    const struct pods_list *list = map_get(&c->pods->owners, uid_of(workload));

    for (size_t i = 0; list && i < list->owned.len; i++) {
        const struct node *owned = list->owned.items[i];
        bool is_old_too = old || is_old(workload, owned);

        if (is_scaled_down(owned))
            continue;
        if (!is_of_kind(owned, "ReplicaSet"))
            weigh(c, owned, is_old_too);
        else if (deeper)
            weigh_below(c, weigh, owned, is_old_too, deeper - 1);
    }
}

// Deployment, ReplicaSet, Pod: one level between at most.
static const struct node *choose(const struct pods *p, weigh_fn *weigh, const struct node *workload,
                                 struct ready_pod *why)
{
    struct choice c = {.pods = p, .workload = workload};

    if (is_of_kind(workload, "Pod"))
        weigh(&c, workload, false);
    else
        weigh_below(&c, weigh, workload, false, 1);
    *why = c.why;
    return c.pod;
}

static void keep(struct choice *c, const struct node *pod, const struct ready_pod *why, int rank)
{
    if (c->pod && rank <= c->rank)
        return;
    c->pod = pod;
    c->why = *why;
    c->rank = rank;
}

static bool has_ended(const struct node *pod)
{
    return node_get_text(node_get(pod, "metadata"), "deletionTimestamp").len ||
           span_is(node_get_text(node_get(pod, "status"), "phase"), "Failed");
}

// A StatefulSet that goes in order waits for each pod to become ready, also for one whose template
// it has no more (Kubernetes: "Forced rollback"); with OnDelete it waits for any.
static bool is_kept(const struct node *workload, const struct node *pod)
{
    const struct node *spec = node_get(workload, "spec");
    const struct node *strategy = node_get(spec, "updateStrategy");

    if (!is_of_kind(workload, "StatefulSet") || has_ended(pod) ||
        node_get_int(node_get(strategy, "rollingUpdate"), "partition", 0) > 0)
        return false;
    return span_is(node_get_text(strategy, "type"), "OnDelete") ||
           !span_is(node_get_text(spec, "podManagementPolicy"), "Parallel");
}

// What an older revision fails of is no failure of the newest, unless it keeps that one from
// coming.
static void describe_old(const struct node *workload, const struct node *pod, struct ready_pod *why)
{
    size_t used = strlen(why->message);

    if (why->state == READY_PROGRESSING || !is_kept(workload, pod)) {
        why->state = READY_PROGRESSING;
        snprintf(why->message + used, sizeof(why->message) - used, "%s(of an older revision)",
                 used ? " " : "");
        return;
    }
    snprintf(why->reason, sizeof(why->reason), "OldPodKept");
    snprintf(
        why->message, sizeof(why->message),
        "the pod is of an older revision and fails; the StatefulSet keeps it until it is ready "
        "or deleted");
}

// Higher tells more: one of the present revision, then one that lives, then by its state.
static void weigh_unready(struct choice *c, const struct node *pod, bool old)
{
    struct ready_pod why, young;

    ready_check_pod(pod, &why);
    // It runs once more, as often before; or the workload has not counted it yet.
    if ((why.restarts || why.state == READY_OK) && ready_pod_is_young(pod, c->pods->now, &young) &&
        young.state > why.state)
        why = young;
    if (why.state == READY_OK)
        return;
    if (old)
        describe_old(c->workload, pod, &why);
    keep(c, pod, &why, (old ? 0 : 16) + (has_ended(pod) ? 0 : 8) + (int)why.state);
}

const struct node *pods_worst(const struct pods *p, const struct node *workload,
                              struct ready_pod *why)
{
    return choose(p, weigh_unready, workload, why);
}

static void weigh_young(struct choice *c, const struct node *pod, bool old UNUSED)
{
    struct ready_pod why;

    if (span_is(node_get_text(ready_condition(pod, "Ready"), "status"), "True") &&
        ready_pod_is_young(pod, c->pods->now, &why))
        keep(c, pod, &why, (int)why.state);
}

const struct node *pods_young(const struct pods *p, const struct node *workload,
                              struct ready_pod *why)
{
    return choose(p, weigh_young, workload, why);
}
