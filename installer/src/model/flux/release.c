// SPDX-License-Identifier: Apache-2.0
// What a HelmRelease installs: which chart, with which values.
#include <string.h>

#include "base/url.h"
#include "model/flux.h"

enum { HELM_NAME_BYTES = 53 };

static const struct node *template_of(const struct node *release)
{
    return node_path(release, "spec", "chart", "spec");
}

struct span flux_chart_path(const struct node *release)
{
    return node_get_text(template_of(release), "chart");
}

static bool is_one_version(struct span version)
{
    return version.len && span_find(version, '*') == version.len &&
           span_find(version, ' ') == version.len && !strchr("<>=~^", version.ptr[0]);
}

// The tag of a chart's version: '+' is not allowed in one, and Helm writes '_'.
static char *version_tag(struct arena *arena, struct span version)
{
    char *tag = arena_printf(arena, "%.*s", SPAN_ARG(version));

    for (char *c = tag; *c; c++)
        if (*c == '+')
            *c = '_';
    return tag;
}

const char *flux_chart_reference(struct arena *arena, const struct node *release,
                                 const struct node *repository, struct err **err)
{
    struct span version = node_scalar(node_get(template_of(release), "version"));
    struct span url = url_trim(flux_url(repository));

    if (!is_one_version(version)) {
        err_set(err, ERR_UNSUPPORTED, "a chart without one version cannot be locked yet");
        return NULL;
    }
    return arena_printf(arena, "%.*s/%.*s:%s", SPAN_ARG(url), SPAN_ARG(flux_chart_path(release)),
                        version_tag(arena, version));
}

bool flux_has_values_files(const struct node *release)
{
    return node_get(template_of(release), "valuesFiles") != NULL;
}

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
