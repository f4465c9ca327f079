// SPDX-License-Identifier: Apache-2.0
// The order of kinds in which Flux applies (ReconcileOrder in fluxcd/pkg/ssa sort.go): what others
// need comes first, webhooks that could block others last. It is not the order in which kustomize
// prints (model/kustomize/resource/order.c): there Namespaces come before the definitions, classes
// are scattered, and roles stand behind the accounts.
#include "base/kinds.h"
#include "model/flux.h"

static const char *const first[] = {
    "CustomResourceDefinition",
    "Namespace",
    "ClusterRole",
    "ClusterClass",
    "RuntimeClass",
    "PriorityClass",
    "StorageClass",
    "VolumeSnapshotClass",
    "IngressClass",
    "GatewayClass",
    "ClusterRoleBinding",
    "ResourceQuota",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "LimitRange",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
};

static const char *const last[] = {
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
};

static const struct kind_order apply_order = {first, ARRAY_LEN(first), last, ARRAY_LEN(last)};

// Webhooks do not depend on each other, so they are of one rank.
int flux_apply_rank(struct span kind)
{
    int rank = kind_rank(&apply_order, kind);

    return rank > 0 ? 1 : rank;
}
