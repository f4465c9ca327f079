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

void ready_rule_other(const struct node *object, struct ready *result)
{
    const struct node *condition = ready_condition(object, "Ready");
    const struct node *stalled = ready_condition(object, "Stalled");
    const struct node *reconciling = ready_condition(object, "Reconciling");

    // Not of this generation, or it would have been the answer.
    if (span_is(node_get_text(stalled, "status"), "True"))
        set_older(result, stalled);
    else if (!condition && span_is(node_get_text(reconciling, "status"), "True"))
        ready_set_condition(result, READY_PROGRESSING, reconciling);
    else if (!condition)
        return;
    else if (!ready_is_current(object, condition))
        set_older(result, condition);
    else if (!span_is(node_get_text(condition, "status"), "True"))
        ready_set_condition(result,
                            span_is(node_get_text(condition, "status"), "False")
                                ? READY_FAILING
                                : READY_PROGRESSING,
                            condition);
}
