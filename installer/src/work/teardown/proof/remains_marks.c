// SPDX-License-Identifier: Apache-2.0
// The marks of sandstrap and of Flux: field managers, labels, finalizers, groups.
#include "model/flux.h"
#include "work/teardown/managers.h"
#include "work/teardown/proof/remains.h"

static const char *const prefixes[] = {FLUX_HELM_GROUP "/", FLUX_KUSTOMIZE_GROUP "/"};
static const char *const writers[] = {"helm-controller", "kustomize-controller",
                                      "source-controller", "notification-controller"};

static bool is_of_flux(const struct node *object)
{
    struct identity id = node_identity(object);

    return span_ends(id.group, FLUX_GROUP_SUFFIX) ||
           (span_is(id.kind, "CustomResourceDefinition") && span_ends(id.name, FLUX_GROUP_SUFFIX));
}

static bool is_labelled(const struct node *metadata)
{
    NODE_FOREACH_PAIR (label, node_get(metadata, "labels")) {
        for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
            if (span_starts(label->key, prefixes[i]))
                return true;
    }
    NODE_FOREACH_ITEM (finalizer, node_get(metadata, "finalizers")) {
        if (span_ends(node_text(finalizer), "fluxcd.io"))
            return true;
    }
    return false;
}

static bool is_written_by_flux(const struct node *metadata)
{
    NODE_FOREACH_ITEM (entry, node_get(metadata, "managedFields")) {
        struct span manager = node_get_text(entry, "manager");

        for (size_t i = 0; i < ARRAY_LEN(writers); i++)
            if (span_is(manager, writers[i]) && !node_get_text(entry, "subresource").len)
                return true;
    }
    return false;
}

bool remains_is_marked(const struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");

    return managers_of(object).applied || is_of_flux(object) || is_labelled(metadata) ||
           is_written_by_flux(metadata);
}
