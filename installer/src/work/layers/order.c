// SPDX-License-Identifier: Apache-2.0
// The order of kinds, that of Flux (ReconcileOrder in fluxcd/pkg/ssa sort.go): what others need
// comes first, webhooks that could block others last. It is not the order in which kustomize prints
// (model/kustomize/resource/order.c): there Namespaces come before the definitions, classes are
// scattered, and roles stand behind the accounts.
#include "work/layers/order.h"

#include <stdlib.h>

#include "base/kinds.h"

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

static const struct kind_order flux_order = {first, ARRAY_LEN(first), last, ARRAY_LEN(last)};

// Webhooks do not depend on each other, so they are of one rank.
static int rank_of(struct span kind)
{
    int rank = kind_rank(&flux_order, kind);

    return rank > 0 ? 1 : rank;
}

static enum order_stage stage_of(struct span kind)
{
    if (span_is(kind, "CustomResourceDefinition") || span_is(kind, "Namespace") ||
        span_is(kind, "ClusterRole"))
        return ORDER_DEFINITIONS;
    return span_ends(kind, "Class") ? ORDER_CLASSES : ORDER_REST;
}

static int compare(const void *a, const void *b)
{
    const struct order_entry *x = a, *y = b;

    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

struct order_entry *order_objects(const struct node **objects, size_t count, struct arena *arena)
{
    struct order_entry *entries = arena_array(arena, count + 1, sizeof(*entries));

    for (size_t i = 0; i < count; i++) {
        struct span kind = node_get_text(objects[i], "kind");

        entries[i] = (struct order_entry){objects[i], stage_of(kind), rank_of(kind), i};
    }
    qsort(entries, count, sizeof(*entries), compare);
    return entries;
}
