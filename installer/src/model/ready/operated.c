// SPDX-License-Identifier: Apache-2.0
// Custom resources whose operators start pods. Without a status of the operator nothing of them
// runs yet, while of other kinds many have none for good; and what went wrong is in conditions that
// other kinds do not have.
#include "model/ready/condition.h"
#include "model/ready/rules.h"

// Prometheus-operator says whether it could do what it is told beside whether the pods of before
// are up; operators made of a chart (helm-operator) have three conditions of their own.
struct word {
    const char *type;
    const char *status; // what it says when something is wrong
    enum ready_state state;
};

static const struct word words[] = {
    {"Reconciled", "False", READY_FAILING},
    {"Irreconcilable", "True", READY_FAILING},
    {"ReleaseFailed", "True", READY_FAILING},
    {"Deployed", "False", READY_PROGRESSING},
};

void ready_rule_operated(const struct node *object, struct ready *result)
{
    if (node_len(node_get(object, "status")) == 0) {
        ready_set(result, READY_PROGRESSING, SPAN("NotObserved"),
                  "no controller has acted on it yet");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const struct node *condition = ready_condition(object, words[i].type);

        if (!condition || !ready_is_current(object, condition) ||
            !span_is(node_get_text(condition, "status"), words[i].status))
            continue;
        ready_set_condition(result, words[i].state, condition);
        return;
    }
    ready_rule_other(object, result);
}
