// SPDX-License-Identifier: Apache-2.0
// Which object of Flux refers to which, and what it made.
#include "model/flux.h"

static struct span text_at(const struct node *object, const char *part, const char *key)
{
    return node_get_text(node_get(object, part), key);
}

bool flux_source(const struct node *object, struct identity *ref)
{
    const struct node *spec = node_get(object, "spec");
    const struct node *named = node_get(spec, "chartRef");

    if (!named)
        named = node_path(spec, "chart", "spec", "sourceRef");
    if (!named)
        named = node_get(spec, "sourceRef");
    *ref = (struct identity){
        .group = SPAN(FLUX_SOURCE_GROUP),
        .kind = node_get_text(named, "kind"),
        .ns = node_get_text(named, "namespace"),
        .name = node_get_text(named, "name"),
    };
    if (!ref->ns.len)
        ref->ns = text_at(object, "metadata", "namespace");
    return named != NULL;
}

bool flux_chart(const struct node *release, struct identity *ref)
{
    *ref = (struct identity){.group = SPAN(FLUX_SOURCE_GROUP), .kind = SPAN("HelmChart")};
    return span_cut(text_at(release, "status", "helmChart"), '/', &ref->ns, &ref->name);
}

bool flux_feeder(const struct node *object, struct identity *ref)
{
    if (span_is(node_get_text(object, "kind"), "HelmRelease") && node_path(object, "spec", "chart"))
        return flux_chart(object, ref);
    return flux_source(object, ref);
}

bool flux_depends_on(const struct node *object, size_t i, struct flux_dependency *dependency)
{
    struct identity id = node_identity(object);
    const struct node *entry = node_item(node_path(object, "spec", "dependsOn"), i);
    enum flux_kind kind = flux_kind(&id);

    if (!entry || (kind != FLUX_KUSTOMIZATION && kind != FLUX_HELM_RELEASE))
        return false;
    dependency->on = id;
    dependency->on.name = node_get_text(entry, "name");
    if (node_get_text(entry, "namespace").len)
        dependency->on.ns = node_get_text(entry, "namespace");
    dependency->has_expression = node_get_text(entry, "readyExpr").len > 0;
    return true;
}

// "__" stands for ':' in the names of RBAC objects, the only ones that may have it
// (fluxcd/cli-utils pkg/object/objmetadata.go).
static struct span rbac_name(struct span name, struct arena *arena)
{
    char *text;
    size_t len = 0;

    if (span_find(name, '_') == name.len)
        return name;
    text = arena_alloc(arena, name.len);
    for (size_t i = 0; i < name.len; i++) {
        bool colon = span_starts(span_tail(name, i), "__");

        text[len++] = colon ? ':' : name.ptr[i];
        i += colon;
    }
    return span_of(text, len);
}

bool flux_inventory_entry(const struct node *entry, struct arena *arena, struct identity *ref)
{
    struct span rest = node_get_text(entry, "id");
    size_t at;

    if (!span_cut(rest, '_', &ref->ns, &rest))
        return false;
    at = span_rfind(rest, '_');
    ref->kind = span_tail(rest, at + 1);
    rest = span_head(rest, at);
    at = span_rfind(rest, '_');
    if (at == rest.len)
        return false;
    ref->group = span_tail(rest, at + 1);
    ref->name = span_head(rest, at);
    if (span_is(ref->group, "rbac.authorization.k8s.io"))
        ref->name = rbac_name(ref->name, arena);
    return true;
}

static bool made_by(const struct node *object, struct span group, struct span kind,
                    const char *ns_label, const char *name_label, struct identity *owner)
{
    const struct node *labels = node_path(object, "metadata", "labels");

    *owner = (struct identity){
        .group = group,
        .kind = kind,
        .ns = node_get_text(labels, ns_label),
        .name = node_get_text(labels, name_label),
    };
    return owner->name.len > 0;
}

bool flux_release_of(const struct node *object, struct identity *release)
{
    return made_by(object, SPAN(FLUX_HELM_GROUP), SPAN("HelmRelease"), FLUX_HELM_GROUP "/namespace",
                   FLUX_HELM_GROUP "/name", release);
}

bool flux_kustomization_of(const struct node *object, struct identity *kustomization)
{
    return made_by(object, SPAN(FLUX_KUSTOMIZE_GROUP), SPAN("Kustomization"),
                   FLUX_KUSTOMIZE_GROUP "/namespace", FLUX_KUSTOMIZE_GROUP "/name", kustomization);
}
