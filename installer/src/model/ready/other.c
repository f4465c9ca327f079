// SPDX-License-Identifier: Apache-2.0
// Kinds without a rule: custom resources, by the conditions that most of them have.
#include "model/ready/condition.h"
#include "model/ready/rules.h"

// A condition of an older generation says nothing about this one.
static void set_older(struct ready *result, const struct node *condition)
{
    ready_set(result, READY_PROGRESSING, SPAN("LatestGenerationNotObserved"),
              "the %.*s condition is of generation %lld, a newer one is wanted",
              SPAN_ARG(node_get_text(condition, "type")),
              (long long)node_get_int(condition, "observedGeneration", 0));
}

// Conditions by which a controller says that it is at work. A retry is a failure all the same.
static bool is_at_work(const struct node *object)
{
    static const char *const types[] = {"Reconciling", "Progressing", "Issuing"};

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const struct node *condition = ready_condition(object, types[i]);

        if (span_is(node_get_text(condition, "status"), "True") &&
            !span_is(node_get_text(condition, "reason"), "ProgressingWithRetry"))
            return true;
    }
    return false;
}

// Whether the reason of a condition that does not hold tells of something on its way. There is no
// list of such words; these are how controllers of well-known projects begin and end theirs.
static bool is_on_its_way(struct span reason)
{
    static const char *const begins[] = {"Await",      "Creating", "DoesNotExist",
                                         "InProgress", "Pending",  "Wait"};
    static const char *const ends[] = {"Creating",    "Deploying",    "InProgress",  "Initializing",
                                       "Installing",  "Issuing",      "NotReady",    "Pending",
                                       "Progressing", "Provisioning", "Reconciling", "Scaling",
                                       "Starting",    "Unknown",      "Updating",    "Upgrading"};

    for (size_t i = 0; i < ARRAY_LEN(begins); i++)
        if (span_starts(reason, begins[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (span_ends(reason, ends[i]))
            return true;
    return reason.len == 0;
}

// The condition that sums the object up. Of several the first counts: Ready is that of most, the
// others are those of controllers that have no Ready (operators, sealed-secrets).
static const struct node *summary(const struct node *object)
{
    static const char *const types[] = {"Ready", "Available", "Synced"};

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (ready_condition(object, types[i]))
            return ready_condition(object, types[i]);
    return NULL;
}

static void judge(const struct node *object, const struct node *condition, struct ready *result)
{
    struct span status = node_get_text(condition, "status");
    bool fails = span_is(status, "False") && !is_at_work(object) &&
                 !is_on_its_way(node_get_text(condition, "reason"));

    if (!ready_is_current(object, condition))
        set_older(result, condition);
    else if (!span_is(status, "True"))
        ready_set_condition(result, fails ? READY_FAILING : READY_PROGRESSING, condition);
}

void ready_rule_other(const struct node *object, struct ready *result)
{
    const struct node *condition = summary(object);
    const struct node *stalled = ready_condition(object, "Stalled");
    const struct node *failed = ready_condition(object, "Failed");

    // Not of this generation, or it would have been the answer.
    if (span_is(node_get_text(stalled, "status"), "True"))
        set_older(result, stalled);
    else if (span_is(node_get_text(failed, "status"), "True") && ready_is_current(object, failed))
        ready_set_condition(result, READY_FAILING, failed);
    else if (condition)
        judge(object, condition, result);
    else if (ready_condition_is(object, "Reconciling", "True"))
        ready_set_condition(result, READY_PROGRESSING, ready_condition(object, "Reconciling"));
}
