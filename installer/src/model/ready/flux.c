// SPDX-License-Identifier: Apache-2.0
// The kinds of Flux: sources, Kustomization, HelmRelease. Reasons are those of the controllers of
// Flux 2.9 (api/v1/condition_types.go of each).
#include "model/ready/condition.h"
#include "model/ready/rules.h"

// Only waiting for something else: not a failure of this object.
static bool is_blocked(struct span reason)
{
    static const char *const reasons[] = {"DependencyNotReady", "SourceNotReady", "ArtifactFailed",
                                          "SourceUnavailable", "NoSourceArtifact"};

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (span_is(reason, reasons[i]))
            return true;
    return false;
}

// Reasons that go with Ready=False or Unknown while a controller is at work.
static bool is_working(struct span reason)
{
    static const char *const reasons[] = {"Progressing", "ProgressingWithRetry", "Unknown",
                                          "HealthCheckCanceled"};

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (span_is(reason, reasons[i]))
            return true;
    return false;
}

static bool suspended(const struct node *object, struct ready *result)
{
    if (!node_get_bool(node_get(object, "spec"), "suspend", false))
        return false;
    // A suspended object may still show Ready=True for a spec that was never applied.
    ready_set(result, READY_TERMINAL, SPAN("Suspended"),
              "suspended: it will not become ready until somebody resumes it");
    return true;
}

// Ready=True at this generation; else the answer, and false.
static bool condition_ready(const struct node *object, struct ready *result)
{
    const struct node *condition = ready_condition(object, "Ready");
    struct span reason = node_get_text(condition, "reason");

    if (!condition) {
        ready_set(result, READY_PROGRESSING, SPAN("NotObserved"),
                  "no controller has acted on it yet");
        return false;
    }
    if (!ready_is_current(object, condition)) {
        ready_set(result, READY_PROGRESSING, SPAN("LatestGenerationNotObserved"),
                  "its condition is of an older generation");
        return false;
    }
    if (span_is(node_get_text(condition, "status"), "True"))
        return true;
    result->blocked = is_blocked(reason);
    if (result->blocked || is_working(reason) ||
        !span_is(node_get_text(condition, "status"), "False"))
        ready_set_condition(result, READY_PROGRESSING, condition);
    else
        ready_set_condition(result, READY_FAILING, condition);
    return false;
}

void ready_rule_flux_source(const struct node *object, struct ready *result)
{
    if (suspended(object, result) || !condition_ready(object, result))
        return;
    if (!node_path(object, "status", "artifact"))
        ready_set(result, READY_PROGRESSING, SPAN("NoArtifact"), "no artifact is stored yet");
}

void ready_rule_helm_repository(const struct node *object, struct ready *result)
{
    // An OCI HelmRepository is a static reference: no controller ever writes its status.
    if (span_is(node_get_text(node_get(object, "spec"), "type"), "oci"))
        return;
    ready_rule_flux_source(object, result);
}

void ready_rule_kustomization(const struct node *object, struct ready *result)
{
    const struct node *status = node_get(object, "status");
    struct span applied = node_get_text(status, "lastAppliedRevision");
    struct span attempted = node_get_text(status, "lastAttemptedRevision");

    if (suspended(object, result) || !condition_ready(object, result))
        return;
    if (!span_eq(applied, attempted))
        ready_set(result, READY_PROGRESSING, SPAN("RevisionNotApplied"),
                  "revision %.*s is applied, %.*s is wanted", SPAN_ARG(applied),
                  SPAN_ARG(attempted));
}

// While a failed release is tried again its Ready condition says Unknown; the Released condition
// still tells what went wrong the last time.
static void keep_last_failure(const struct node *object, struct ready *result)
{
    const struct node *released = ready_condition(object, "Released");

    if (result->state != READY_PROGRESSING || result->blocked || result->attempts == 0 ||
        !span_is(node_get_text(released, "status"), "False"))
        return;
    ready_set_condition(result, READY_FAILING, released);
}

void ready_rule_helm_release(const struct node *object, struct ready *result)
{
    const struct node *status = node_get(object, "status");

    if (suspended(object, result))
        return;
    result->attempts =
        node_get_int(status, "installFailures", 0) + node_get_int(status, "upgradeFailures", 0);
    if (node_get_int(status, "failures", 0) > result->attempts)
        result->attempts = node_get_int(status, "failures", 0);
    if (!condition_ready(object, result)) {
        keep_last_failure(object, result);
        return;
    }
    if (ready_condition_is(object, "Released", "False"))
        ready_set_condition(result, READY_FAILING, ready_condition(object, "Released"));
}
