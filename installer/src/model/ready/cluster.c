// SPDX-License-Identifier: Apache-2.0
// Kinds that belong to the cluster itself: definitions, namespaces, API services, services.
#include "model/ready/condition.h"
#include "model/ready/rules.h"

#include "base/buf.h"

void ready_rule_static(const struct node *object UNUSED, struct ready *result UNUSED)
{
}

// What keeps the API server from serving it (apiextensions/v1
// CustomResourceDefinitionConditionType).
static const struct node *refused(const struct node *definition)
{
    static const struct {
        const char *type, *bad;
    } conditions[] = {
        {"NamesAccepted", "False"},
        {"NonStructuralSchema", "True"},
        {"KubernetesAPIApprovalPolicyConformant", "False"},
    };

    for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
        if (ready_condition_is(definition, conditions[i].type, conditions[i].bad))
            return ready_condition(definition, conditions[i].type);
    return NULL;
}

// Established says that the API server serves it; whether its list URL answers, the caller asks.
void ready_rule_crd(const struct node *object, struct ready *result)
{
    const struct node *established = ready_condition(object, "Established");
    bool is_established = span_is(node_get_text(established, "status"), "True");

    // One that is served and has come to want a name of another one is no better for that.
    if (ready_condition_is(object, "NamesAccepted", "False") ||
        (!is_established && refused(object)))
        ready_set_condition(result, READY_FAILING, refused(object));
    else if (is_established)
        return;
    else if (span_is(node_get_text(established, "status"), "False") &&
             !span_is(node_get_text(established, "reason"), "Installing"))
        ready_set_condition(result, READY_FAILING, established);
    else
        ready_set(result, READY_PROGRESSING, SPAN("Installing"), "not established yet");
}

// What the namespace controller says of a deletion that does not come to its end, the most telling
// first (core/v1 NamespaceConditionType).
void ready_rule_namespace(const struct node *object, struct ready *result)
{
    static const char *const types[] = {
        "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure", "NamespaceFinalizersRemaining",
        "NamespaceContentRemaining"};
    struct span phase = node_get_text(node_get(object, "status"), "phase");
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *first = NULL;

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const struct node *condition = ready_condition(object, types[i]);

        if (!span_is(node_get_text(condition, "status"), "True"))
            continue;
        buf_printf(&text, "%s%.*s", first ? "; " : "",
                   SPAN_ARG(node_get_text(condition, "message")));
        first = first ? first : condition;
    }
    if (first) {
        ready_set(result, READY_PROGRESSING, node_get_text(first, "type"), "%s", buf_str(&text));
        ready_copy(result->since, sizeof(result->since),
                   node_get_text(node_get(object, "metadata"), "deletionTimestamp"));
    } else if (phase.len && !span_is(phase, "Active") && result->state == READY_OK)
        ready_set(result, READY_PROGRESSING, phase, "the namespace is %.*s", SPAN_ARG(phase));
}

void ready_rule_api_service(const struct node *object, struct ready *result)
{
    const struct node *available = ready_condition(object, "Available");
    struct span reason = node_get_text(available, "reason");

    if (span_is(node_get_text(available, "status"), "True"))
        return;
    // Its service is there and waits for its pods.
    if (span_is(reason, "MissingEndpoints") || span_is(reason, "EndpointsNotFound"))
        ready_set_condition(result, READY_PROGRESSING, available);
    else if (available)
        ready_set_condition(result, READY_FAILING, available);
    else
        ready_set(result, READY_PROGRESSING, SPAN("NotObserved"), "no Available condition yet");
}

// The load balancer's address is not waited for: bare clusters have none that would give one.
void ready_rule_service(const struct node *object, struct ready *result)
{
    const struct node *spec = node_get(object, "spec");

    if (span_is(node_get_text(spec, "type"), "LoadBalancer") &&
        !node_get_text(spec, "clusterIP").len)
        ready_set(result, READY_PROGRESSING, SPAN("NoClusterIP"), "has no cluster IP yet");
}

void ready_rule_disruption_budget(const struct node *object, struct ready *result)
{
    if (!node_path(object, "status", "observedGeneration"))
        ready_set(result, READY_PROGRESSING, SPAN("NotObserved"), "not observed yet");
}

// The target that it cannot find. That it has no metrics is no fault of the sandbox's.
void ready_rule_autoscaler(const struct node *object, struct ready *result)
{
    if (ready_condition_is(object, "AbleToScale", "False"))
        ready_set_condition(result, READY_FAILING, ready_condition(object, "AbleToScale"));
}
