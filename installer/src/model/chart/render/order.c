// SPDX-License-Identifier: Apache-2.0
// The order in which Helm installs what a chart renders to.
#include <stdlib.h>

#include "model/chart/render/documents.h"

static const char *const install_order[] = {
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
};

struct ranked {
    size_t rank; // of the kind
    size_t at;   // where it was
    struct chart_manifest manifest;
};

static size_t rank_of(struct span kind)
{
    for (size_t i = 0; i < ARRAY_LEN(install_order); i++)
        if (span_is(kind, install_order[i]))
            return i;
    return ARRAY_LEN(install_order);
}

// By rank, unknown kinds by their names; what is of one kind stays as it was.
static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int order = 0;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->rank == ARRAY_LEN(install_order))
        order = span_cmp(x->manifest.kind, y->manifest.kind);
    if (order)
        return order;
    return x->at < y->at ? -1 : 1;
}

static void sort(struct chart_manifest *items, size_t len)
{
    struct ranked *ranked CLEANUP(mem_cleanup) = mem_zalloc(len, sizeof(*ranked));

    for (size_t i = 0; i < len; i++)
        ranked[i] = (struct ranked){rank_of(items[i].kind), i, items[i]};
    if (len)
        qsort(ranked, len, sizeof(*ranked), compare);
    for (size_t i = 0; i < len; i++)
        items[i] = ranked[i].manifest;
}

void documents_sort(struct chart_rendering *rendering)
{
    sort(rendering->manifests.items, rendering->manifests.len);
    sort(rendering->hooks.items, rendering->hooks.len);
}
