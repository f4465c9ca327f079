// SPDX-License-Identifier: Apache-2.0
// Between the files of model/ready: the shape of a rule, and the rules that each file has.
#ifndef MODEL_READY_RULES_H
#define MODEL_READY_RULES_H

#include "model/ready.h"

typedef void ready_rule(const struct node *object, struct ready *result);

struct ready_rule_row {
    const char *group; // "" is the core group
    const char *kind;
    ready_rule *rule;
};

// workload.c
ready_rule ready_rule_pod, ready_rule_deployment, ready_rule_stateful_set, ready_rule_daemon_set,
    ready_rule_replica_set, ready_rule_job, ready_rule_volume_claim;

// cluster.c
ready_rule ready_rule_crd, ready_rule_namespace, ready_rule_api_service, ready_rule_service,
    ready_rule_disruption_budget, ready_rule_autoscaler, ready_rule_static;

// other.c
ready_rule ready_rule_other;

// operated.c
ready_rule ready_rule_operated;

// flux.c
ready_rule ready_rule_flux_source, ready_rule_helm_repository, ready_rule_kustomization,
    ready_rule_helm_release;
// Adds to what a release came to what it failed of, and how often.
void ready_add_last_failure(const struct node *release, struct ready *result);

#endif
