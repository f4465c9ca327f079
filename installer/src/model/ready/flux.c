// SPDX-License-Identifier: Apache-2.0
// The kinds of Flux: sources, Kustomization, HelmRelease. Reasons are those of the controllers of
// Flux 2.9 (api/v1/condition_types.go of each).
#include "model/ready/condition.h"
#include "model/ready/rules.h"

#include <string.h>

static bool is_one_of(struct span reason, const char *const *reasons, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(reason, reasons[i]))
            return true;
    return false;
}

// Whether the source that it needs is not there, or has stored nothing yet. The same reason stands
// for a content that is there and of no use (a path that it lacks, a chart that does not load).
static bool is_without_artifact(const struct node *condition)
{
    struct span message = node_get_text(condition, "message");

    return span_is(node_get_text(condition, "reason"), "ArtifactFailed") &&
           (span_ends(message, "not found") ||
            span_search(message, SPAN("artifact not found")) < message.len);
}

// Only waiting for something else: not a failure of this object.
static bool is_blocked(const struct node *condition)
{
    static const char *const reasons[] = {"DependencyNotReady", "SourceNotReady",
                                          "SourceUnavailable", "NoSourceArtifact"};

    return is_one_of(node_get_text(condition, "reason"), reasons, ARRAY_LEN(reasons)) ||
           is_without_artifact(condition);
}

// Reasons that go with Ready=False while a controller is at work, or a source stores what is new.
static bool is_working(const struct node *condition)
{
    static const char *const reasons[] = {"Progressing",         "ProgressingWithRetry", "Unknown",
                                          "HealthCheckCanceled", "NewRevision",          "NewChart",
                                          "IncludeChange"};

    return !span_is(node_get_text(condition, "status"), "False") ||
           is_one_of(node_get_text(condition, "reason"), reasons, ARRAY_LEN(reasons));
}

// Ready=True at this generation; else the answer, and false.
static bool condition_ready(const struct node *object, struct ready *result)
{
    const struct node *condition = ready_condition(object, "Ready");

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
    result->blocked = is_blocked(condition);
    ready_set_condition(
        result, result->blocked || is_working(condition) ? READY_PROGRESSING : READY_FAILING,
        condition);
    return false;
}

void ready_rule_flux_source(const struct node *object, struct ready *result)
{
    if (!condition_ready(object, result))
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

// How often the newest content has failed, after it was built (status.history).
static int64_t failed_reconciliations(const struct node *status)
{
    const struct node *newest = node_item(node_get(status, "history"), 0);

    if (span_is(node_get_text(newest, "lastReconciledStatus"), "ReconciliationSucceeded"))
        return 0;
    return node_get_int(newest, "totalReconciliations", 0);
}

void ready_rule_kustomization(const struct node *object, struct ready *result)
{
    const struct node *status = node_get(object, "status");
    struct span applied = node_get_text(status, "lastAppliedRevision");
    struct span attempted = node_get_text(status, "lastAttemptedRevision");

    result->attempts = failed_reconciliations(status);
    if (!condition_ready(object, result))
        return;
    if (applied.len == 0 && attempted.len > 0)
        ready_set(result, READY_PROGRESSING, SPAN("RevisionNotApplied"),
                  "no revision is applied yet, %.*s is wanted", SPAN_ARG(attempted));
    else if (!span_eq(applied, attempted))
        ready_set(result, READY_PROGRESSING, SPAN("RevisionNotApplied"),
                  "revision %.*s is applied, %.*s is wanted", SPAN_ARG(applied),
                  SPAN_ARG(attempted));
}

static int64_t failed_attempts(const struct node *release)
{
    const struct node *status = node_get(release, "status");
    int64_t failures = node_get_int(status, "failures", 0);
    int64_t changing =
        node_get_int(status, "installFailures", 0) + node_get_int(status, "upgradeFailures", 0);

    return failures > changing ? failures : changing;
}

// What the last attempt of the newest generation failed of, or NULL: the attempt itself, or the
// chart's tests.
static const struct node *last_failure(const struct node *release)
{
    static const char *const types[] = {"Released", "TestSuccess"};

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const struct node *condition = ready_condition(release, types[i]);

        if (span_is(node_get_text(condition, "status"), "False") &&
            ready_is_current(release, condition))
            return condition;
    }
    return NULL;
}

// While a failed release is tried again its Ready condition says Unknown, and once the attempt was
// undone, that this went well.
static bool hides_failure(const struct node *release)
{
    static const char *const undone[] = {"UninstallSucceeded", "RollbackSucceeded"};
    const struct node *condition = ready_condition(release, "Ready");

    return is_working(condition) ||
           is_one_of(node_get_text(condition, "reason"), undone, ARRAY_LEN(undone));
}

void ready_rule_helm_release(const struct node *object, struct ready *result)
{
    const struct node *failure = last_failure(object);

    result->attempts = failed_attempts(object);
    if (!condition_ready(object, result)) {
        if (failure && result->attempts && !result->blocked && hides_failure(object))
            ready_set_condition(result, READY_FAILING, failure);
        return;
    }
    if (ready_condition_is(object, "Released", "False"))
        ready_set_condition(result, READY_FAILING, ready_condition(object, "Released"));
}

void ready_add_last_failure(const struct node *release, struct ready *result)
{
    const struct node *failure = last_failure(release);
    struct span message = node_get_text(failure, "message");
    char since[READY_TIME_BYTES];

    result->attempts = failed_attempts(release);
    if (!failure || !message.len)
        return;
    memcpy(since, result->since, sizeof(since));
    ready_set(result, result->state, span_str(result->reason), "%s: %.*s", result->message,
              SPAN_ARG(message));
    memcpy(result->since, since, sizeof(since));
}
