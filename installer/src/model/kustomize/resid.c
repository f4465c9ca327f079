// SPDX-License-Identifier: Apache-2.0
// Identities of resources. The table of cluster-scoped kinds holds the facts of the Kubernetes
// v1.21.2 API description that kustomize carries.
#include "model/kustomize/resid.h"

void gvk_split(struct span api_version, struct span *group, struct span *version)
{
    if (!span_cut(api_version, '/', group, version)) {
        *group = SPAN_EMPTY;
        *version = api_version;
    }
}

bool gvk_selected(const struct gvk *g, const struct gvk *selector)
{
    return (!selector->group.len || span_eq(g->group, selector->group)) &&
           (!selector->version.len || span_eq(g->version, selector->version)) &&
           (!selector->kind.len || span_eq(g->kind, selector->kind));
}

bool gvk_equal(const struct gvk *a, const struct gvk *b)
{
    return span_eq(a->kind, b->kind) && span_eq(a->group, b->group) &&
           span_eq(a->version, b->version);
}

static const struct {
    const char *kind, *api_version;
} cluster_scoped[] = {
    {"APIService", "apiregistration.k8s.io/v1"},
    {"APIService", "apiregistration.k8s.io/v1beta1"},
    {"CSIDriver", "storage.k8s.io/v1"},
    {"CSIDriver", "storage.k8s.io/v1beta1"},
    {"CSINode", "storage.k8s.io/v1"},
    {"CSINode", "storage.k8s.io/v1beta1"},
    {"CertificateSigningRequest", "certificates.k8s.io/v1"},
    {"CertificateSigningRequest", "certificates.k8s.io/v1beta1"},
    {"ClusterRole", "rbac.authorization.k8s.io/v1"},
    {"ClusterRole", "rbac.authorization.k8s.io/v1beta1"},
    {"ClusterRoleBinding", "rbac.authorization.k8s.io/v1"},
    {"ClusterRoleBinding", "rbac.authorization.k8s.io/v1beta1"},
    {"ComponentStatus", "v1"},
    {"CustomResourceDefinition", "apiextensions.k8s.io/v1"},
    {"CustomResourceDefinition", "apiextensions.k8s.io/v1beta1"},
    {"FlowSchema", "flowcontrol.apiserver.k8s.io/v1beta1"},
    {"IngressClass", "networking.k8s.io/v1"},
    {"IngressClass", "networking.k8s.io/v1beta1"},
    {"MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"},
    {"MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1"},
    {"Namespace", "v1"},
    {"Node", "v1"},
    {"NodeProxyOptions", "v1"},
    {"PersistentVolume", "v1"},
    {"PodSecurityPolicy", "policy/v1beta1"},
    {"PriorityClass", "scheduling.k8s.io/v1"},
    {"PriorityClass", "scheduling.k8s.io/v1beta1"},
    {"PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta1"},
    {"RuntimeClass", "node.k8s.io/v1"},
    {"RuntimeClass", "node.k8s.io/v1beta1"},
    {"StorageClass", "storage.k8s.io/v1"},
    {"StorageClass", "storage.k8s.io/v1beta1"},
    {"ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"},
    {"ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1"},
    {"VolumeAttachment", "storage.k8s.io/v1"},
    {"VolumeAttachment", "storage.k8s.io/v1beta1"},
};

bool gvk_cluster_scoped(struct span api_version, struct span kind)
{
    for (size_t i = 0; i < sizeof(cluster_scoped) / sizeof(*cluster_scoped); i++) {
        if (span_is(kind, cluster_scoped[i].kind) &&
            span_is(api_version, cluster_scoped[i].api_version))
            return true;
    }
    return false;
}

struct span resid_namespace(const struct resid *id)
{
    if (id->cluster_scoped)
        return SPAN(RESID_NO_NAMESPACE);
    return id->ns.len ? id->ns : SPAN("default");
}

void resid_key(const struct resid *id, struct buf *out)
{
    buf_truncate(out, 0);
    buf_add_span(out, resid_namespace(id));
    buf_add_char(out, '\n');
    buf_add_span(out, id->gvk.group);
    buf_add_char(out, '\n');
    buf_add_span(out, id->gvk.version);
    buf_add_char(out, '\n');
    buf_add_span(out, id->gvk.kind);
    buf_add_char(out, '\n');
    buf_add_span(out, id->name);
}

const char *resid_text(struct arena *arena, const struct resid *id)
{
    const char *slash = id->gvk.group.len ? "/" : "";
    const char *in = id->ns.len && !id->cluster_scoped ? " in namespace " : "";
    return arena_printf(arena, "%.*s %.*s (%.*s%s%.*s)%s%.*s", SPAN_ARG(id->gvk.kind),
                        SPAN_ARG(id->name), SPAN_ARG(id->gvk.group), slash,
                        SPAN_ARG(id->gvk.version), in, (int)(*in ? id->ns.len : 0), id->ns.ptr);
}
