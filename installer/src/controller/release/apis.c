// SPDX-License-Identifier: Apache-2.0
// What the API server of a Kubernetes version serves by itself (its discovery, with the defaults of
// --runtime-config: no alpha, and no beta that came after 1.24).
#include "controller/release.h"

#define STILL 999

// Minor releases from which and up to which a group version, or a kind in it, is served.
static const struct {
    const char *version;
    unsigned from, to;
    const char *kinds;
} table[] = {
    {"v1", 0, STILL,
     "Binding ComponentStatus ConfigMap Endpoints Event Eviction LimitRange Namespace Node "
     "NodeProxyOptions PersistentVolume PersistentVolumeClaim Pod PodAttachOptions PodExecOptions "
     "PodPortForwardOptions PodProxyOptions PodTemplate ReplicationController ResourceQuota Scale "
     "Secret Service ServiceAccount ServiceProxyOptions TokenRequest"},
    {"admissionregistration.k8s.io/v1", 0, STILL,
     "MutatingWebhookConfiguration ValidatingWebhookConfiguration"},
    {"admissionregistration.k8s.io/v1", 30, STILL,
     "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"},
    {"admissionregistration.k8s.io/v1", 36, STILL,
     "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"},
    {"apiextensions.k8s.io/v1", 0, STILL, "CustomResourceDefinition"},
    {"apiregistration.k8s.io/v1", 0, STILL, "APIService"},
    {"apps/v1", 0, STILL, "ControllerRevision DaemonSet Deployment ReplicaSet Scale StatefulSet"},
    {"authentication.k8s.io/v1", 0, STILL, "TokenReview"},
    {"authentication.k8s.io/v1", 28, STILL, "SelfSubjectReview"},
    {"authorization.k8s.io/v1", 0, STILL,
     "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"},
    {"autoscaling/v1", 0, STILL, "HorizontalPodAutoscaler"},
    {"autoscaling/v2", 23, STILL, "HorizontalPodAutoscaler"},
    {"autoscaling/v2beta2", 0, 25, "HorizontalPodAutoscaler"},
    {"batch/v1", 0, STILL, "Job"},
    {"batch/v1", 21, STILL, "CronJob"},
    {"batch/v1beta1", 0, 24, "CronJob"},
    {"certificates.k8s.io/v1", 0, STILL, "CertificateSigningRequest"},
    {"coordination.k8s.io/v1", 0, STILL, "Lease"},
    {"discovery.k8s.io/v1", 21, STILL, "EndpointSlice"},
    {"discovery.k8s.io/v1beta1", 0, 24, "EndpointSlice"},
    {"events.k8s.io/v1", 0, STILL, "Event"},
    {"events.k8s.io/v1beta1", 0, 24, "Event"},
    {"flowcontrol.apiserver.k8s.io/v1", 29, STILL, "FlowSchema PriorityLevelConfiguration"},
    {"flowcontrol.apiserver.k8s.io/v1beta1", 20, 25, "FlowSchema PriorityLevelConfiguration"},
    {"flowcontrol.apiserver.k8s.io/v1beta2", 23, 28, "FlowSchema PriorityLevelConfiguration"},
    {"flowcontrol.apiserver.k8s.io/v1beta3", 26, 31, "FlowSchema PriorityLevelConfiguration"},
    {"networking.k8s.io/v1", 0, STILL, "Ingress IngressClass NetworkPolicy"},
    {"networking.k8s.io/v1", 33, STILL, "IPAddress ServiceCIDR"},
    {"node.k8s.io/v1", 20, STILL, "RuntimeClass"},
    {"node.k8s.io/v1beta1", 0, 24, "RuntimeClass"},
    {"policy/v1", 21, STILL, "PodDisruptionBudget"},
    {"policy/v1beta1", 0, 24, "PodDisruptionBudget PodSecurityPolicy"},
    {"rbac.authorization.k8s.io/v1", 0, STILL, "ClusterRole ClusterRoleBinding Role RoleBinding"},
    {"resource.k8s.io/v1", 34, STILL,
     "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"},
    {"scheduling.k8s.io/v1", 0, STILL, "PriorityClass"},
    {"storage.k8s.io/v1", 0, STILL, "CSIDriver CSINode StorageClass VolumeAttachment"},
    {"storage.k8s.io/v1", 24, STILL, "CSIStorageCapacity"},
    {"storage.k8s.io/v1", 34, STILL, "VolumeAttributesClass"},
    {"storage.k8s.io/v1beta1", 21, 26, "CSIStorageCapacity"},
};

static unsigned minor_of(struct span version)
{
    struct span part;
    uint64_t minor = 0;

    (void)span_skip(&version, "v");
    if (!span_next(&version, '.', &part) || !span_is(part, "1") ||
        !span_next(&version, '.', &part) || !span_u64(part, &minor) || minor >= STILL)
        return 0;
    return (unsigned)minor;
}

static void add(struct arena *arena, const char *version, const char *kinds,
                release_api_versions *out)
{
    struct span rest = span_str(kinds), kind;

    while (span_next(&rest, ' ', &kind))
        vec_push(out, span_str(arena_printf(arena, "%s/%.*s", version, SPAN_ARG(kind))));
}

int release_builtin_apis(struct arena *arena, struct span kube_version, release_api_versions *out,
                         struct err **err)
{
    unsigned minor = minor_of(kube_version);
    const char *last = "";

    if (!minor)
        return err_set(err, ERR_CONFIG, "'%.*s' is no version of Kubernetes 1",
                       SPAN_ARG(kube_version));
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (minor < table[i].from || minor > table[i].to)
            continue;
        if (strcmp(last, table[i].version) != 0)
            vec_push(out, span_str(table[i].version));
        last = table[i].version;
        add(arena, last, table[i].kinds, out);
    }
    return 0;
}
