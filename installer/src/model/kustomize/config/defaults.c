// SPDX-License-Identifier: Apache-2.0
// kustomize v5.8's default transformer configuration as tables of facts: which fields of which
// kinds hold names, labels, images, ... Written by tests/differential/write-defaults.
#include "model/kustomize/config/config.h"

// clang-format off
static const struct fieldspec_fact name_prefix[] = {
    {"", "", "", "metadata/name", false},
};

static const struct fieldspec_fact name_suffix[] = {
    {"", "", "", "metadata/name", false},
};

static const struct fieldspec_fact name_space[] = {
    {"", "", "Namespace", "metadata/name", true},
    {"apiextensions.k8s.io", "", "CustomResourceDefinition", "spec/conversion/webhook/clientConfig/service/namespace", false},
    {"apiregistration.k8s.io", "", "APIService", "spec/service/namespace", true},
};

static const struct fieldspec_fact common_labels[] = {
    {"", "v1", "Service", "spec/selector", true},
    {"apps", "", "Deployment", "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false},
    {"apps", "", "Deployment", "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false},
    {"apps", "", "Deployment", "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false},
    {"apps", "", "Deployment", "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false},
    {"apps", "", "Deployment", "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false},
    {"", "", "Deployment", "spec/template/metadata/labels", true},
    {"", "", "Deployment", "spec/selector/matchLabels", true},
    {"apps", "", "StatefulSet", "spec/selector/matchLabels", true},
    {"apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true},
    {"apps", "", "StatefulSet", "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false},
    {"apps", "", "StatefulSet", "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false},
    {"apps", "", "StatefulSet", "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false},
    {"apps", "", "StatefulSet", "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false},
    {"apps", "", "StatefulSet", "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false},
    {"apps", "", "StatefulSet", "spec/template/metadata/labels", true},
    {"batch", "", "CronJob", "spec/jobTemplate/metadata/labels", true},
    {"batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true},
    {"batch", "", "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false},
    {"policy", "", "PodDisruptionBudget", "spec/selector/matchLabels", false},
    {"batch", "", "Job", "spec/selector/matchLabels", false},
    {"batch", "", "Job", "spec/template/metadata/labels", true},
    {"networking.k8s.io", "", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false},
    {"networking.k8s.io", "", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false},
    {"networking.k8s.io", "", "NetworkPolicy", "spec/podSelector/matchLabels", false},
    {"", "v1", "ReplicationController", "spec/template/metadata/labels", true},
    {"", "v1", "ReplicationController", "spec/selector", true},
    {"", "", "DaemonSet", "spec/template/metadata/labels", true},
    {"", "", "DaemonSet", "spec/selector/matchLabels", true},
    {"", "", "ReplicaSet", "spec/template/metadata/labels", true},
    {"", "", "ReplicaSet", "spec/selector/matchLabels", true},
    {"", "", "", "metadata/labels", true},
};

static const struct fieldspec_fact template_labels[] = {
    {"", "", "Deployment", "spec/template/metadata/labels", true},
    {"apps", "", "StatefulSet", "spec/template/metadata/labels", true},
    {"apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true},
    {"batch", "", "CronJob", "spec/jobTemplate/metadata/labels", true},
    {"batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true},
    {"batch", "", "Job", "spec/template/metadata/labels", true},
    {"", "v1", "ReplicationController", "spec/template/metadata/labels", true},
    {"", "", "DaemonSet", "spec/template/metadata/labels", true},
    {"", "", "ReplicaSet", "spec/template/metadata/labels", true},
    {"", "", "", "metadata/labels", true},
};

static const struct fieldspec_fact common_annotations[] = {
    {"", "", "Deployment", "spec/template/metadata/annotations", true},
    {"", "", "StatefulSet", "spec/template/metadata/annotations", true},
    {"batch", "", "CronJob", "spec/jobTemplate/metadata/annotations", true},
    {"batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations", true},
    {"batch", "", "Job", "spec/template/metadata/annotations", true},
    {"", "v1", "ReplicationController", "spec/template/metadata/annotations", true},
    {"", "", "DaemonSet", "spec/template/metadata/annotations", true},
    {"", "", "ReplicaSet", "spec/template/metadata/annotations", true},
    {"", "", "", "metadata/annotations", true},
};

static const struct fieldspec_fact var_reference[] = {
    {"", "", "Service", "spec/ports/port", false},
    {"", "", "Service", "spec/ports/targetPort", false},
    {"", "", "PersistentVolume", "spec/nfs/server", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/env/value", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/command", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/args", false},
    {"", "", "Deployment", "spec/template/spec/containers/volumeMounts/mountPath", false},
    {"", "", "Deployment", "spec/template/spec/containers/env/value", false},
    {"", "", "Deployment", "spec/template/spec/volumes/nfs/server", false},
    {"", "", "Deployment", "spec/template/metadata/annotations", false},
    {"", "", "Deployment", "spec/template/spec/containers/command", false},
    {"", "", "Deployment", "spec/template/spec/containers/args", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/volumeMounts/mountPath", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/env/value", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/args", false},
    {"", "", "StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/command", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/command", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/args", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/env/value", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/value", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/command", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/args", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/volumeMounts/mountPath", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/value", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/command", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/args", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/command", false},
    {"", "", "DaemonSet", "spec/template/spec/volumes/nfs/server", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/env/value", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/command", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/args", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/volumeMounts/mountPath", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/env/value", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/args", false},
    {"", "", "Ingress", "spec/tls/secretName", false},
    {"", "", "Ingress", "spec/tls/hosts", false},
    {"", "", "Ingress", "spec/rules/host", false},
    {"", "", "Job", "spec/template/spec/initContainers/command", false},
    {"", "", "Job", "spec/template/spec/volumes/nfs/server", false},
    {"", "", "Job", "spec/template/spec/containers/args", false},
    {"", "", "Job", "spec/template/spec/containers/command", false},
    {"", "", "Job", "spec/template/spec/containers/env/value", false},
    {"", "", "Job", "spec/template/spec/containers/volumeMounts/mountPath", false},
    {"", "", "Job", "spec/template/spec/initContainers/args", false},
    {"", "", "Job", "spec/template/spec/initContainers/env/value", false},
    {"", "", "Job", "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "Pod", "spec/containers/volumeMounts/mountPath", false},
    {"", "", "Pod", "spec/containers/args", false},
    {"", "", "Pod", "spec/initContainers/command", false},
    {"", "", "Pod", "spec/initContainers/env/value", false},
    {"", "", "Pod", "spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "Pod", "spec/volumes/nfs/server", false},
    {"", "", "Pod", "spec/initContainers/args", false},
    {"", "", "Pod", "spec/containers/env/value", false},
    {"", "", "Pod", "spec/containers/command", false},
    {"", "", "ReplicaSet", "spec/template/spec/volumes/nfs/server", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/volumeMounts/mountPath", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/env/value", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/command", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/args", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/args", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/env/value", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/command", false},
    {"", "", "", "metadata/labels", false},
    {"", "", "", "metadata/annotations", false},
};

static const struct fieldspec_fact images[] = {
    {"", "", "", "spec/containers[]/image", true},
    {"", "", "", "spec/initContainers[]/image", true},
    {"", "", "", "spec/volumes[]/image/reference", true},
    {"", "", "", "spec/template/spec/containers[]/image", true},
    {"", "", "", "spec/template/spec/initContainers[]/image", true},
    {"", "", "", "spec/template/spec/volumes[]/image/reference", true},
};

static const struct fieldspec_fact replicas[] = {
    {"", "", "Deployment", "spec/replicas", true},
    {"", "", "StatefulSet", "spec/replicas", true},
    {"", "", "ReplicaSet", "spec/replicas", true},
    {"", "", "ReplicationController", "spec/replicas", true},
};

static const struct fieldspec_fact referrers_0[] = { // StorageClass
    {"", "", "PersistentVolume", "spec/storageClassName", false},
    {"", "", "PersistentVolumeClaim", "spec/storageClassName", false},
    {"", "", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName", false},
};

static const struct fieldspec_fact referrers_1[] = { // ServiceAccount
    {"rbac.authorization.k8s.io", "", "RoleBinding", "subjects", false},
    {"rbac.authorization.k8s.io", "", "ClusterRoleBinding", "subjects", false},
    {"", "", "Pod", "spec/serviceAccountName", false},
    {"", "", "StatefulSet", "spec/template/spec/serviceAccountName", false},
    {"", "", "Deployment", "spec/template/spec/serviceAccountName", false},
    {"", "", "ReplicationController", "spec/template/spec/serviceAccountName", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/serviceAccountName", false},
    {"", "", "Job", "spec/template/spec/serviceAccountName", false},
    {"", "", "DaemonSet", "spec/template/spec/serviceAccountName", false},
};

static const struct fieldspec_fact referrers_2[] = { // Role
    {"rbac.authorization.k8s.io", "", "RoleBinding", "roleRef/name", false},
};

static const struct fieldspec_fact referrers_3[] = { // ClusterRole
    {"rbac.authorization.k8s.io", "", "RoleBinding", "roleRef/name", false},
    {"rbac.authorization.k8s.io", "", "ClusterRoleBinding", "roleRef/name", false},
};

static const struct fieldspec_fact referrers_4[] = { // ConfigMap
    {"", "v1", "Pod", "spec/volumes/configMap/name", false},
    {"", "v1", "Pod", "spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "v1", "Pod", "spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "v1", "Pod", "spec/containers/envFrom/configMapRef/name", false},
    {"", "v1", "Pod", "spec/initContainers/envFrom/configMapRef/name", false},
    {"", "v1", "Pod", "spec/volumes/projected/sources/configMap/name", false},
    {"", "", "PodTemplate", "template/spec/volumes/configMap/name", false},
    {"", "", "PodTemplate", "template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "PodTemplate", "template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "PodTemplate", "template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "PodTemplate", "template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "PodTemplate", "template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "Deployment", "spec/template/spec/volumes/configMap/name", false},
    {"", "", "Deployment", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "Deployment", "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "Deployment", "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/volumes/configMap/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "DaemonSet", "spec/template/spec/volumes/configMap/name", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "StatefulSet", "spec/template/spec/volumes/configMap/name", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "Job", "spec/template/spec/volumes/configMap/name", false},
    {"", "", "Job", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "Job", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "Job", "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "Job", "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "Job", "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/configMap/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {"", "", "Node", "spec/configSource/configMap", false},
    {"", "", "Role", "rules/resourceNames", false},
    {"", "", "ClusterRole", "rules/resourceNames", false},
    {"", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", false},
};

static const struct fieldspec_fact referrers_5[] = { // Secret
    {"", "v1", "Pod", "spec/volumes/secret/secretName", false},
    {"", "v1", "Pod", "spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "v1", "Pod", "spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "v1", "Pod", "spec/containers/envFrom/secretRef/name", false},
    {"", "v1", "Pod", "spec/initContainers/envFrom/secretRef/name", false},
    {"", "v1", "Pod", "spec/imagePullSecrets/name", false},
    {"", "v1", "Pod", "spec/volumes/projected/sources/secret/name", false},
    {"", "", "PodTemplate", "template/spec/volumes/secret/secretName", false},
    {"", "", "PodTemplate", "template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "PodTemplate", "template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "PodTemplate", "template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "PodTemplate", "template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "PodTemplate", "template/spec/imagePullSecrets/name", false},
    {"", "", "PodTemplate", "template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "Deployment", "spec/template/spec/volumes/secret/secretName", false},
    {"", "", "Deployment", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "Deployment", "spec/template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "Deployment", "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "Deployment", "spec/template/spec/imagePullSecrets/name", false},
    {"", "", "Deployment", "spec/template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/volumes/secret/secretName", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/imagePullSecrets/name", false},
    {"", "", "ReplicaSet", "spec/template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "DaemonSet", "spec/template/spec/volumes/secret/secretName", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "DaemonSet", "spec/template/spec/imagePullSecrets/name", false},
    {"", "", "DaemonSet", "spec/template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "StatefulSet", "spec/template/spec/volumes/secret/secretName", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "StatefulSet", "spec/template/spec/imagePullSecrets/name", false},
    {"", "", "StatefulSet", "spec/template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "Job", "spec/template/spec/volumes/secret/secretName", false},
    {"", "", "Job", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "Job", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "Job", "spec/template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "Job", "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "Job", "spec/template/spec/imagePullSecrets/name", false},
    {"", "", "Job", "spec/template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/secret/secretName", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/imagePullSecrets/name", false},
    {"", "", "Ingress", "spec/tls/secretName", false},
    {"", "", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret", false},
    {"", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", false},
    {"", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", false},
    {"", "", "Ingress", "spec/tls/secretName", false},
    {"", "", "ServiceAccount", "imagePullSecrets/name", false},
    {"", "", "StorageClass", "parameters/secretName", false},
    {"", "", "StorageClass", "parameters/adminSecretName", false},
    {"", "", "StorageClass", "parameters/userSecretName", false},
    {"", "", "StorageClass", "parameters/secretRef", false},
    {"", "", "Role", "rules/resourceNames", false},
    {"", "", "ClusterRole", "rules/resourceNames", false},
    {"serving.knative.dev", "v1", "Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {"", "", "PersistentVolume", "spec/azureFile/secretName", false},
};

static const struct fieldspec_fact referrers_6[] = { // Service
    {"apps", "", "StatefulSet", "spec/serviceName", false},
    {"", "", "Ingress", "spec/rules/http/paths/backend/serviceName", false},
    {"", "", "Ingress", "spec/backend/serviceName", false},
    {"", "", "Ingress", "spec/rules/http/paths/backend/service/name", false},
    {"", "", "Ingress", "spec/defaultBackend/service/name", false},
    {"apiregistration.k8s.io", "", "APIService", "spec/service/name", false},
    {"admissionregistration.k8s.io", "", "ValidatingWebhookConfiguration", "webhooks/clientConfig/service", false},
    {"admissionregistration.k8s.io", "", "MutatingWebhookConfiguration", "webhooks/clientConfig/service", false},
};

static const struct fieldspec_fact referrers_7[] = { // PriorityClass
    {"", "", "Pod", "spec/priorityClassName", false},
    {"", "", "StatefulSet", "spec/template/spec/priorityClassName", false},
    {"", "", "Deployment", "spec/template/spec/priorityClassName", false},
    {"", "", "ReplicationController", "spec/template/spec/priorityClassName", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/priorityClassName", false},
    {"", "", "Job", "spec/template/spec/priorityClassName", false},
    {"", "", "DaemonSet", "spec/template/spec/priorityClassName", false},
};

static const struct fieldspec_fact referrers_8[] = { // PersistentVolume
    {"", "", "PersistentVolumeClaim", "spec/volumeName", false},
    {"", "", "ClusterRole", "rules/resourceNames", false},
};

static const struct fieldspec_fact referrers_9[] = { // PersistentVolumeClaim
    {"", "", "Pod", "spec/volumes/persistentVolumeClaim/claimName", false},
    {"", "", "StatefulSet", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {"", "", "Deployment", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {"", "", "ReplicationController", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {"", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {"", "", "Job", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {"", "", "DaemonSet", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
};

static const struct fieldspec_fact referrers_10[] = { // Deployment
    {"", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false},
};

static const struct fieldspec_fact referrers_11[] = { // StatefulSet
    {"", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false},
};

static const struct fieldspec_fact referrers_12[] = { // ValidatingAdmissionPolicy
    {"admissionregistration.k8s.io", "", "ValidatingAdmissionPolicyBinding", "spec/policyName", false},
};

static const struct fieldspec_fact referrers_13[] = { // IngressClass
    {"", "", "Ingress", "spec/ingressClassName", false},
};

static const struct fieldspec_fact referrers_14[] = { // ReplicaSet
    {"", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false},
};

static const struct fieldspec_fact referrers_15[] = { // ReplicationController
    {"", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false},
};

const struct reference_fact config_default_references[] = {
    {"storage.k8s.io", "v1", "StorageClass", referrers_0, ARRAY_LEN(referrers_0)},
    {"", "v1", "ServiceAccount", referrers_1, ARRAY_LEN(referrers_1)},
    {"rbac.authorization.k8s.io", "", "Role", referrers_2, ARRAY_LEN(referrers_2)},
    {"rbac.authorization.k8s.io", "", "ClusterRole", referrers_3, ARRAY_LEN(referrers_3)},
    {"", "v1", "ConfigMap", referrers_4, ARRAY_LEN(referrers_4)},
    {"", "v1", "Secret", referrers_5, ARRAY_LEN(referrers_5)},
    {"", "v1", "Service", referrers_6, ARRAY_LEN(referrers_6)},
    {"scheduling.k8s.io", "v1", "PriorityClass", referrers_7, ARRAY_LEN(referrers_7)},
    {"", "v1", "PersistentVolume", referrers_8, ARRAY_LEN(referrers_8)},
    {"", "v1", "PersistentVolumeClaim", referrers_9, ARRAY_LEN(referrers_9)},
    {"", "", "Deployment", referrers_10, ARRAY_LEN(referrers_10)},
    {"", "", "StatefulSet", referrers_11, ARRAY_LEN(referrers_11)},
    {"admissionregistration.k8s.io", "", "ValidatingAdmissionPolicy", referrers_12, ARRAY_LEN(referrers_12)},
    {"networking.k8s.io/v1", "v1", "IngressClass", referrers_13, ARRAY_LEN(referrers_13)},
    {"", "", "ReplicaSet", referrers_14, ARRAY_LEN(referrers_14)},
    {"", "", "ReplicationController", referrers_15, ARRAY_LEN(referrers_15)},
};

const size_t config_default_reference_count = ARRAY_LEN(config_default_references);

const struct list_fact config_default_lists[CONFIG_LISTS] = {
    [CONFIG_NAME_PREFIX] = {name_prefix, ARRAY_LEN(name_prefix)},
    [CONFIG_NAME_SUFFIX] = {name_suffix, ARRAY_LEN(name_suffix)},
    [CONFIG_NAMESPACE] = {name_space, ARRAY_LEN(name_space)},
    [CONFIG_COMMON_LABELS] = {common_labels, ARRAY_LEN(common_labels)},
    [CONFIG_TEMPLATE_LABELS] = {template_labels, ARRAY_LEN(template_labels)},
    [CONFIG_COMMON_ANNOTATIONS] = {common_annotations, ARRAY_LEN(common_annotations)},
    [CONFIG_VAR_REFERENCE] = {var_reference, ARRAY_LEN(var_reference)},
    [CONFIG_IMAGES] = {images, ARRAY_LEN(images)},
    [CONFIG_REPLICAS] = {replicas, ARRAY_LEN(replicas)},
};
