// SPDX-License-Identifier: Apache-2.0
// Between the files of model/ready: the shape of a rule and the helpers that rules share.
#ifndef MODEL_READY_RULES_H
#define MODEL_READY_RULES_H

#include "model/ready.h"

typedef void ready_rule(const struct node *object, struct ready *result);

struct ready_rule_row {
    const char *group; // "" is the core group
    const char *kind;
    ready_rule *rule;
};

// Sets the answer; reason and message are cut to their room, newlines become spaces.
void ready_set(struct ready *result, enum ready_state state, struct span reason, const char *fmt,
               ...) PRINTF(4, 5);

// Sets the answer from a condition's reason and message.
void ready_set_condition(struct ready *result, enum ready_state state,
                         const struct node *condition);

// Copies one line into fixed room, cut at a UTF-8 boundary.
void ready_copy(char *out, size_t room, struct span text);

// condition.status == want ("True", "False", "Unknown"); false without the condition.
bool ready_condition_is(const struct node *object, const char *type, const char *want);

// Whether the condition was set for the object's newest generation, as far as it says.
bool ready_is_current(const struct node *object, const struct node *condition);

// workload.c
ready_rule ready_rule_pod, ready_rule_deployment, ready_rule_stateful_set, ready_rule_daemon_set,
    ready_rule_replica_set, ready_rule_job, ready_rule_volume_claim;

// cluster.c
ready_rule ready_rule_crd, ready_rule_namespace, ready_rule_api_service, ready_rule_service,
    ready_rule_disruption_budget, ready_rule_static;

// flux.c
ready_rule ready_rule_flux_source, ready_rule_helm_repository, ready_rule_kustomization,
    ready_rule_helm_release;

#endif
