// SPDX-License-Identifier: Apache-2.0
// The order of kinds, that of Flux (fluxcd/pkg/ssa sort.go): what others need comes first, webhooks
// that could block others last.
#include "work/layers/order.h"

#include <stdlib.h>

#include "base/span.h"

static const char *const ranks[] = {
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

enum {
    RANK_OTHER = ARRAY_LEN(ranks),
    RANK_WEBHOOKS,
};

static unsigned rank_of(struct span kind)
{
    for (unsigned i = 0; i < ARRAY_LEN(ranks); i++)
        if (span_is(kind, ranks[i]))
            return i;
    if (span_is(kind, "MutatingWebhookConfiguration") ||
        span_is(kind, "ValidatingWebhookConfiguration"))
        return RANK_WEBHOOKS;
    return RANK_OTHER;
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

struct order_entry *order_objects(const struct layer *layer, struct arena *arena)
{
    struct order_entry *entries = arena_array(arena, layer->count + 1, sizeof(*entries));

    for (size_t i = 0; i < layer->count; i++) {
        struct span kind = node_get_text(layer->objects[i], "kind");

        entries[i] = (struct order_entry){layer->objects[i], stage_of(kind), rank_of(kind), i};
    }
    qsort(entries, layer->count, sizeof(*entries), compare);
    return entries;
}
