// SPDX-License-Identifier: Apache-2.0
// What a HelmRelease installs: as which release of Helm, with which values.
#include "model/flux.h"

enum { HELM_NAME_BYTES = 53 };

static struct span or_else(struct span text, struct span otherwise)
{
    return text.len ? text : otherwise;
}

// HelmRelease.GetReleaseName(): spec.releaseName, or [<targetNamespace>-]<name> of at most 53
// bytes.
static struct span composed_name(struct arena *arena, struct span target, struct span name)
{
    struct span composed =
        target.len ? span_str(arena_printf(arena, "%.*s-%.*s", SPAN_ARG(target), SPAN_ARG(name)))
                   : name;

    return composed.len <= HELM_NAME_BYTES ? composed : SPAN_EMPTY;
}

struct flux_helm_release flux_helm_release(struct arena *arena, const struct node *release)
{
    const struct node *spec = node_get(release, "spec"), *status = node_get(release, "status");
    const struct node *last = node_item(node_get(status, "history"), 0);
    struct identity id = node_identity(release);
    struct span target = node_get_text(spec, "targetNamespace");
    struct span name = or_else(node_get_text(last, "name"), node_get_text(spec, "releaseName"));
    struct span storage = node_get_text(status, "storageNamespace");

    return (struct flux_helm_release){
        .name = name.len ? name : composed_name(arena, target, id.name),
        .storage_ns = or_else(or_else(storage, node_get_text(spec, "storageNamespace")), id.ns),
        .target_ns = or_else(or_else(node_get_text(last, "namespace"), target), id.ns),
    };
}

struct flux_values flux_values_from(const struct node *release, const struct node *entry)
{
    const char *key = node_get_str(entry, "valuesKey");

    return (struct flux_values){
        .from = {.group = SPAN_EMPTY,
                 .kind = node_get_text(entry, "kind"),
                 .ns = node_get_text(node_get(release, "metadata"), "namespace"),
                 .name = node_get_text(entry, "name")},
        .key = key[0] ? key : "values.yaml",
        .is_one_value = node_get(entry, "targetPath") != NULL,
    };
}
