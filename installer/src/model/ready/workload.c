// SPDX-License-Identifier: Apache-2.0
// Workloads: the kinds of apps and batch, and volume claims. Pods are in pod.c.
#include "model/ready/condition.h"
#include "model/ready/rules.h"

#include <string.h>

struct counts {
    int64_t wanted, have, updated, ready, available;
};

static struct counts counts_of(const struct node *object)
{
    const struct node *spec = node_get(object, "spec");
    const struct node *status = node_get(object, "status");

    return (struct counts){
        .wanted = node_get_int(spec, "replicas", 1),
        .have = node_get_int(status, "replicas", 0),
        .updated = node_get_int(status, "updatedReplicas", 0),
        .ready = node_get_int(status, "readyReplicas", 0),
        .available = node_get_int(status, "availableReplicas", 0),
    };
}

// A controller that was never seen has no observedGeneration; zero counts then mean nothing.
static bool unobserved(const struct node *object, struct ready *result)
{
    if (node_path(object, "status", "observedGeneration"))
        return false;
    ready_set(result, READY_PROGRESSING, SPAN("NotObserved"), "no controller has acted on it yet");
    return true;
}

static bool replica_failure(const struct node *object, struct ready *result)
{
    if (!ready_condition_is(object, "ReplicaFailure", "True"))
        return false;
    ready_set_condition(result, READY_FAILING, ready_condition(object, "ReplicaFailure"));
    return true;
}

static bool counts_short(struct counts c, struct ready *result)
{
    if (c.have < c.wanted)
        ready_set(result, READY_PROGRESSING, SPAN("PodsMissing"), "%lld of %lld pods exist",
                  (long long)c.have, (long long)c.wanted);
    else if (c.updated < c.wanted)
        ready_set(result, READY_PROGRESSING, SPAN("PodsOutdated"), "%lld of %lld pods are updated",
                  (long long)c.updated, (long long)c.wanted);
    else if (c.have > c.updated)
        ready_set(result, READY_PROGRESSING, SPAN("OldPods"), "%lld old pods are still there",
                  (long long)(c.have - c.updated));
    else if (c.ready < c.wanted)
        ready_set(result, READY_PROGRESSING, SPAN("PodsNotReady"), "%lld of %lld pods are ready",
                  (long long)c.ready, (long long)c.wanted);
    else if (c.available < c.wanted)
        ready_set(result, READY_PROGRESSING, SPAN("PodsNotAvailable"),
                  "%lld of %lld pods are available", (long long)c.available, (long long)c.wanted);
    else
        return false;
    return true;
}

// A paused rollout does not go on. Whether it has begun tells a new template from a change of
// scale, which is followed while paused.
static bool paused(const struct node *object, struct counts c, struct ready *result)
{
    if (!node_get_bool(node_get(object, "spec"), "paused", false) ||
        (c.updated >= c.wanted && c.have <= c.updated))
        return false;
    ready_set(result, c.updated ? READY_PROGRESSING : READY_TERMINAL, SPAN("Paused"),
              "%lld of %lld pods are updated, no more will be until somebody resumes it",
              (long long)c.updated, (long long)c.wanted);
    return true;
}

// Since when too few of its pods are ready.
static void add_since(const struct node *deployment, struct ready *result)
{
    const struct node *available = ready_condition(deployment, "Available");

    if (span_is(node_get_text(available, "status"), "False"))
        ready_copy(result->since, sizeof(result->since),
                   node_get_text(available, "lastTransitionTime"));
}

void ready_rule_deployment(const struct node *object, struct ready *result)
{
    const struct node *progressing = ready_condition(object, "Progressing");

    if (unobserved(object, result) || replica_failure(object, result))
        return;
    // Reversible: the pods may still come; the layer's own limit decides.
    if (span_is(node_get_text(progressing, "reason"), "ProgressDeadlineExceeded")) {
        ready_set_condition(result, READY_FAILING, progressing);
        return;
    }
    if (!paused(object, counts_of(object), result) && !counts_short(counts_of(object), result) &&
        !ready_condition_is(object, "Available", "True"))
        ready_set(result, READY_PROGRESSING, SPAN("NotAvailable"), "not Available yet");
    if (result->state != READY_OK)
        add_since(object, result);
}

// OnDelete and partitions make updatedReplicas meaningless, so only then is it left out.
void ready_rule_stateful_set(const struct node *object, struct ready *result)
{
    const struct node *strategy = node_path(object, "spec", "updateStrategy");
    const struct node *status = node_get(object, "status");
    struct counts c = counts_of(object);
    int64_t partition = node_get_int(node_get(strategy, "rollingUpdate"), "partition", 0);
    bool on_delete = span_is(node_get_text(strategy, "type"), "OnDelete");

    if (unobserved(object, result))
        return;
    if (c.available < c.ready && !node_get(status, "availableReplicas"))
        c.available = c.ready;
    if (on_delete)
        c.updated = c.have;
    else if (partition > 0) {
        if (c.updated < c.wanted - partition) {
            ready_set(result, READY_PROGRESSING, SPAN("PodsOutdated"),
                      "%lld of %lld pods are updated", (long long)c.updated,
                      (long long)(c.wanted - partition));
            return;
        }
        c.updated = c.have;
    }
    if (counts_short(c, result) || on_delete || partition > 0)
        return;
    if (!span_eq(node_get_text(status, "currentRevision"), node_get_text(status, "updateRevision")))
        ready_set(result, READY_PROGRESSING, SPAN("RevisionChanging"),
                  "the rolling update is not finished");
}

void ready_rule_daemon_set(const struct node *object, struct ready *result)
{
    const struct node *status = node_get(object, "status");
    struct counts c = {
        .wanted = node_get_int(status, "desiredNumberScheduled", -1),
        .have = node_get_int(status, "currentNumberScheduled", 0),
        .updated = node_get_int(status, "updatedNumberScheduled", 0),
        .ready = node_get_int(status, "numberReady", 0),
        .available = node_get_int(status, "numberAvailable", 0),
    };

    if (unobserved(object, result))
        return;
    if (c.wanted < 0) {
        ready_set(result, READY_PROGRESSING, SPAN("NotObserved"), "not scheduled yet");
        return;
    }
    if (span_is(node_get_text(node_path(object, "spec", "updateStrategy"), "type"), "OnDelete"))
        c.updated = c.have;
    counts_short(c, result);
}

void ready_rule_replica_set(const struct node *object, struct ready *result)
{
    struct counts c = counts_of(object);

    if (unobserved(object, result) || replica_failure(object, result))
        return;
    c.updated = c.have < c.wanted ? c.have : c.wanted;
    counts_short(c, result);
}

// FailureTarget comes first: the Job has failed when its last pods are gone.
static const struct node *job_failure(const struct node *job)
{
    if (ready_condition_is(job, "Failed", "True"))
        return ready_condition(job, "Failed");
    if (ready_condition_is(job, "FailureTarget", "True"))
        return ready_condition(job, "FailureTarget");
    return NULL;
}

void ready_rule_job(const struct node *object, struct ready *result)
{
    const struct node *status = node_get(object, "status");
    const struct node *failure = job_failure(object);

    result->attempts = node_get_int(status, "failed", 0);
    if (ready_condition_is(object, "Complete", "True"))
        return;
    if (failure) {
        ready_set_condition(result, READY_TERMINAL, failure);
        return;
    }
    if (node_get_bool(node_get(object, "spec"), "suspend", false)) {
        ready_set(result, READY_TERMINAL, SPAN("Suspended"), "the job is suspended");
        return;
    }
    ready_set(result, READY_PROGRESSING, SPAN("Running"),
              "%lld succeeded, %lld active, %lld failed",
              (long long)node_get_int(status, "succeeded", 0),
              (long long)node_get_int(status, "active", 0), (long long)result->attempts);
    ready_copy(result->since, sizeof(result->since), node_get_text(status, "startTime"));
}

// A claim that waits for its first consumer has no say of its own: the pod that needs it tells.
void ready_rule_volume_claim(const struct node *object, struct ready *result)
{
    struct span phase = node_get_text(node_get(object, "status"), "phase");

    if (span_is(phase, "Lost"))
        ready_set(result, READY_FAILING, SPAN("Lost"), "its volume is gone");
}
