// SPDX-License-Identifier: Apache-2.0
// The order of judgement that all kinds share, and the table of kinds.
#include "model/ready/condition.h"
#include "model/ready/rules.h"

#include "base/buf.h"

static const struct ready_rule_row rules[] = {
    {"", "Pod", ready_rule_pod},
    {"", "Namespace", ready_rule_namespace},
    {"", "Service", ready_rule_service},
    {"", "PersistentVolumeClaim", ready_rule_volume_claim},
    {"", "ConfigMap", ready_rule_static},
    {"", "Secret", ready_rule_static},
    {"", "ServiceAccount", ready_rule_static},
    {"", "ResourceQuota", ready_rule_static},
    {"", "LimitRange", ready_rule_static},
    {"", "Endpoints", ready_rule_static},
    {"apps", "Deployment", ready_rule_deployment},
    {"apps", "StatefulSet", ready_rule_stateful_set},
    {"apps", "DaemonSet", ready_rule_daemon_set},
    {"apps", "ReplicaSet", ready_rule_replica_set},
    {"batch", "Job", ready_rule_job},
    {"batch", "CronJob", ready_rule_static},
    {"rbac.authorization.k8s.io", "ClusterRole", ready_rule_static},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", ready_rule_static},
    {"rbac.authorization.k8s.io", "Role", ready_rule_static},
    {"rbac.authorization.k8s.io", "RoleBinding", ready_rule_static},
    {"networking.k8s.io", "NetworkPolicy", ready_rule_static},
    {"networking.k8s.io", "IngressClass", ready_rule_static},
    {"storage.k8s.io", "StorageClass", ready_rule_static},
    {"scheduling.k8s.io", "PriorityClass", ready_rule_static},
    {"autoscaling", "HorizontalPodAutoscaler", ready_rule_autoscaler},
    {"policy", "PodDisruptionBudget", ready_rule_disruption_budget},
    {"apiextensions.k8s.io", "CustomResourceDefinition", ready_rule_crd},
    {"apiregistration.k8s.io", "APIService", ready_rule_api_service},
    {"source.toolkit.fluxcd.io", "GitRepository", ready_rule_flux_source},
    {"source.toolkit.fluxcd.io", "OCIRepository", ready_rule_flux_source},
    {"source.toolkit.fluxcd.io", "HelmChart", ready_rule_flux_source},
    {"source.toolkit.fluxcd.io", "Bucket", ready_rule_flux_source},
    {"source.toolkit.fluxcd.io", "HelmRepository", ready_rule_helm_repository},
    {"kustomize.toolkit.fluxcd.io", "Kustomization", ready_rule_kustomization},
    {"helm.toolkit.fluxcd.io", "HelmRelease", ready_rule_helm_release},
    {"monitoring.coreos.com", "Prometheus", ready_rule_operated},
    {"monitoring.coreos.com", "PrometheusAgent", ready_rule_operated},
    {"monitoring.coreos.com", "Alertmanager", ready_rule_operated},
    {"monitoring.coreos.com", "ThanosRuler", ready_rule_operated},
    {"collectors.grafana.com", "Alloy", ready_rule_operated},
    {"kiali.io", "Kiali", ready_rule_operated},
    {"elasticsearch.k8s.elastic.co", "Elasticsearch", ready_rule_operated},
    {"kibana.k8s.elastic.co", "Kibana", ready_rule_operated},
    {"minio.min.io", "Tenant", ready_rule_operated},
    {"installation.mattermost.com", "Mattermost", ready_rule_operated},
};

static ready_rule *rule_of(struct span group, struct span kind)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (span_is(group, rules[i].group) && span_is(kind, rules[i].kind))
            return rules[i].rule;
    return NULL;
}

bool ready_kind_is_static(struct span group, struct span kind)
{
    return rule_of(group, kind) == ready_rule_static;
}

// What a controller says while it has not finished with the newest spec: more telling than that it
// has not. A condition that does not tell its generation may be of this one.
static bool says_more(const struct node *object, struct ready *result)
{
    static const char *const types[] = {"Stalled", "Ready", "Reconciling"};

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const struct node *condition = ready_condition(object, types[i]);
        bool is_true = span_is(node_get_text(condition, "status"), "True");

        if (!condition || is_true == (i == 1) ||
            (node_get(condition, "observedGeneration") && !ready_is_current(object, condition)))
            continue;
        ready_set_condition(result, READY_PROGRESSING, condition);
        return true;
    }
    return false;
}

// Whether the controller is not through with the newest spec yet. Many count
// status.observedGeneration up only at the end of a run that went well; the conditions are newer.
static bool generation_lags(const struct node *object)
{
    int64_t generation = node_get_int(node_get(object, "metadata"), "generation", 0);

    return generation &&
           node_get_int(node_get(object, "status"), "observedGeneration", generation) != generation;
}

static void set_not_observed(const struct node *object, struct ready *result)
{
    int64_t observed = node_get_int(node_get(object, "status"), "observedGeneration", 0);

    if (observed < 0)
        ready_set(result, READY_PROGRESSING, SPAN("NotObserved"),
                  "no controller has acted on it yet");
    else
        ready_set(result, READY_PROGRESSING, SPAN("LatestGenerationNotObserved"),
                  "generation %lld is seen, %lld is wanted", (long long)observed,
                  (long long)node_get_int(node_get(object, "metadata"), "generation", 0));
}

// A suspended object of Flux may show Ready=True for a spec that was never applied, or nothing.
static bool suspended(const struct node *object, struct span group, struct ready *result)
{
    if (!span_ends(group, ".toolkit.fluxcd.io") ||
        !node_get_bool(node_get(object, "spec"), "suspend", false))
        return false;
    ready_set(result, READY_TERMINAL, SPAN("Suspended"),
              "it will not become ready until somebody resumes it");
    return true;
}

// Stalled is looked at first, whatever the order of the conditions; kstatus lets the order decide.
static bool stalled(const struct node *object, struct ready *result)
{
    const struct node *condition = ready_condition(object, "Stalled");

    if (!span_is(node_get_text(condition, "status"), "True") ||
        !ready_is_current(object, condition))
        return false;
    ready_set_condition(result, READY_TERMINAL, condition);
    return true;
}

static void judge(const struct node *object, ready_rule *rule, struct ready *result)
{
    if (rule)
        rule(object, result);
    else
        ready_rule_other(object, result);
}

// A Ready condition of the newest generation counts before observedGeneration does: a first failure
// would not be told otherwise. That all is well has to be seen in both.
static void judge_lagging(const struct node *object, ready_rule *rule, struct ready *result)
{
    const struct node *condition = ready_condition(object, "Ready");

    if (condition && ready_is_current(object, condition))
        judge(object, rule, result);
    if (result->state == READY_OK && !says_more(object, result))
        set_not_observed(object, result);
}

// What holds a namespace is in its conditions.
static bool deleted(const struct node *object, ready_rule *rule, struct ready *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!ready_is_deleted(object))
        return false;
    ready_add_deletion(object, &text);
    ready_set(result, READY_PROGRESSING, SPAN("Terminating"), "%s", buf_str(&text));
    ready_copy(result->since, sizeof(result->since),
               node_get_text(node_get(object, "metadata"), "deletionTimestamp"));
    if (rule == ready_rule_namespace)
        rule(object, result);
    return true;
}

void ready_check(const struct node *object, struct ready *result)
{
    struct identity id = node_identity(object);
    ready_rule *rule = rule_of(id.group, id.kind);

    *result = (struct ready){.state = READY_OK};
    if (deleted(object, rule, result) || suspended(object, id.group, result))
        return;
    if (stalled(object, result)) {
        if (rule == ready_rule_helm_release)
            ready_add_last_failure(object, result);
        return;
    }
    if (generation_lags(object))
        judge_lagging(object, rule, result);
    else
        judge(object, rule, result);
}

const char *ready_state_name(enum ready_state state)
{
    switch (state) {
    case READY_OK: return "ok";
    case READY_PROGRESSING: return "progressing";
    case READY_FAILING: return "failing";
    case READY_TERMINAL: return "terminal";
    }
    return "progressing";
}
