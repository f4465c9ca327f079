// SPDX-License-Identifier: Apache-2.0
// The facts as tables, after the types and defaults of k8s.io/api (types.go, and defaults.go of
// k8s.io/kubernetes/pkg/apis). A fact that is missing costs a dry run; a wrong one hides a change.
#include "model/ssa/builtin.h"

#include <stddef.h>

#include "base/span.h"

static const char *const groups[] = {
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
};

// Where kinds have the template of a pod. Facts of "Pod" hold there, too.
static const struct {
    const char *kind, *path;
} templates[] = {
    {"Pod", ""},
    {"PodTemplate", "template"},
    {"ReplicationController", "spec.template"},
    {"ReplicaSet", "spec.template"},
    {"Deployment", "spec.template"},
    {"StatefulSet", "spec.template"},
    {"DaemonSet", "spec.template"},
    {"Job", "spec.template"},
    {"CronJob", "spec.jobTemplate.spec.template"},
};

// A path has a dot between names; "*" is any name or item. `kind` NULL: every kind.
struct fact {
    const char *kind, *path;
    const char *text; // the value; NULL for quantities
};

static const struct fact quantities[] = {
    {"Pod", "spec.containers.*.resources.limits.*", NULL},
    {"Pod", "spec.containers.*.resources.requests.*", NULL},
    {"Pod", "spec.containers.*.env.*.valueFrom.resourceFieldRef.divisor", NULL},
    {"Pod", "spec.initContainers.*.resources.limits.*", NULL},
    {"Pod", "spec.initContainers.*.resources.requests.*", NULL},
    {"Pod", "spec.initContainers.*.env.*.valueFrom.resourceFieldRef.divisor", NULL},
    {"Pod", "spec.resources.limits.*", NULL},
    {"Pod", "spec.resources.requests.*", NULL},
    {"Pod", "spec.overhead.*", NULL},
    {"Pod", "spec.volumes.*.emptyDir.sizeLimit", NULL},
    {"Pod", "spec.volumes.*.ephemeral.volumeClaimTemplate.spec.resources.limits.*", NULL},
    {"Pod", "spec.volumes.*.ephemeral.volumeClaimTemplate.spec.resources.requests.*", NULL},
    {"Pod", "spec.volumes.*.downwardAPI.items.*.resourceFieldRef.divisor", NULL},
    {"Pod", "spec.volumes.*.projected.sources.*.downwardAPI.items.*.resourceFieldRef.divisor",
     NULL},
    {"StatefulSet", "spec.volumeClaimTemplates.*.spec.resources.limits.*", NULL},
    {"StatefulSet", "spec.volumeClaimTemplates.*.spec.resources.requests.*", NULL},
    {"PersistentVolumeClaim", "spec.resources.limits.*", NULL},
    {"PersistentVolumeClaim", "spec.resources.requests.*", NULL},
    {"PersistentVolume", "spec.capacity.*", NULL},
    {"ResourceQuota", "spec.hard.*", NULL},
    {"LimitRange", "spec.limits.*.max.*", NULL},
    {"LimitRange", "spec.limits.*.min.*", NULL},
    {"LimitRange", "spec.limits.*.default.*", NULL},
    {"LimitRange", "spec.limits.*.defaultRequest.*", NULL},
    {"LimitRange", "spec.limits.*.maxLimitRequestRatio.*", NULL},
    {"HorizontalPodAutoscaler", "spec.metrics.*.*.target.value", NULL},
    {"HorizontalPodAutoscaler", "spec.metrics.*.*.target.averageValue", NULL},
    {"RuntimeClass", "overhead.podFixed.*", NULL},
};

#define RBAC_GROUP "rbac.authorization.k8s.io"

static const struct fact defaults[] = {
    {"Pod", "spec.containers.*.env.*.valueFrom.fieldRef.apiVersion", "v1"},
    {"Pod", "spec.containers.*.env.*.valueFrom.resourceFieldRef.divisor", "0"},
    {"Pod", "spec.initContainers.*.env.*.valueFrom.fieldRef.apiVersion", "v1"},
    {"Pod", "spec.initContainers.*.env.*.valueFrom.resourceFieldRef.divisor", "0"},
    {"Pod", "spec.volumes.*.downwardAPI.items.*.fieldRef.apiVersion", "v1"},
    {"Pod", "spec.volumes.*.downwardAPI.items.*.resourceFieldRef.divisor", "0"},
    {"Pod", "spec.volumes.*.projected.sources.*.downwardAPI.items.*.fieldRef.apiVersion", "v1"},
    {"Pod", "spec.volumes.*.projected.sources.*.downwardAPI.items.*.resourceFieldRef.divisor", "0"},
    {"Pod", "spec.volumes.*.projected.sources.*.serviceAccountToken.expirationSeconds", "3600"},
    // Generators of manifests write "strategy: {}".
    {"Deployment", "spec.strategy.type", "RollingUpdate"},
    {"Deployment", "spec.strategy.rollingUpdate.maxSurge", "25%"},
    {"Deployment", "spec.strategy.rollingUpdate.maxUnavailable", "25%"},
    {"StatefulSet", "spec.updateStrategy.type", "RollingUpdate"},
    {"StatefulSet", "spec.updateStrategy.rollingUpdate.partition", "0"},
    {"StatefulSet", "spec.volumeClaimTemplates.*.apiVersion", "v1"},
    {"StatefulSet", "spec.volumeClaimTemplates.*.kind", "PersistentVolumeClaim"},
    {"StatefulSet", "spec.volumeClaimTemplates.*.spec.volumeMode", "Filesystem"},
    {"StatefulSet", "spec.volumeClaimTemplates.*.status.phase", "Pending"},
    {"NetworkPolicy", "spec.ingress.*.ports.*.protocol", "TCP"},
    {"NetworkPolicy", "spec.egress.*.ports.*.protocol", "TCP"},
    {"RoleBinding", "roleRef.apiGroup", RBAC_GROUP},
    {"RoleBinding", "subjects.*.apiGroup", RBAC_GROUP},
    {"ClusterRoleBinding", "roleRef.apiGroup", RBAC_GROUP},
    {"ClusterRoleBinding", "subjects.*.apiGroup", RBAC_GROUP},
    {"ValidatingWebhookConfiguration", "webhooks.*.rules.*.scope", "*"},
    {"MutatingWebhookConfiguration", "webhooks.*.rules.*.scope", "*"},
};

static const struct fact dropped[] = {
    {NULL, "metadata.annotations", "{}"},
    {NULL, "metadata.labels", "{}"},
    {NULL, "metadata.finalizers", "[]"},
    {"Pod", "metadata.annotations", "{}"},
    {"Pod", "metadata.labels", "{}"},
    {"Pod", "spec.hostIPC", "false"},
    {"Pod", "spec.hostNetwork", "false"},
    {"Pod", "spec.hostPID", "false"},
    {"Pod", "spec.imagePullSecrets", "[]"},
    {"Pod", "spec.initContainers", "[]"},
    {"Pod", "spec.tolerations", "[]"},
    {"Pod", "spec.topologySpreadConstraints", "[]"},
    {"Pod", "spec.volumes", "[]"},
    {"Pod", "spec.nodeSelector", "{}"},
    {"Pod", "spec.containers.*.args", "[]"},
    {"Pod", "spec.containers.*.command", "[]"},
    {"Pod", "spec.containers.*.env", "[]"},
    {"Pod", "spec.containers.*.envFrom", "[]"},
    {"Pod", "spec.containers.*.ports", "[]"},
    {"Pod", "spec.containers.*.volumeMounts", "[]"},
    {"Pod", "spec.containers.*.stdin", "false"},
    {"Pod", "spec.containers.*.tty", "false"},
    {"Pod", "spec.containers.*.env.*.value", "\"\""},
    {"Pod", "spec.containers.*.livenessProbe.initialDelaySeconds", "0"},
    {"Pod", "spec.containers.*.readinessProbe.initialDelaySeconds", "0"},
    {"Pod", "spec.containers.*.startupProbe.initialDelaySeconds", "0"},
    {"Pod", "spec.containers.*.volumeMounts.*.readOnly", "false"},
    {"Pod", "spec.initContainers.*.args", "[]"},
    {"Pod", "spec.initContainers.*.command", "[]"},
    {"Pod", "spec.initContainers.*.env", "[]"},
    {"Pod", "spec.initContainers.*.envFrom", "[]"},
    {"Pod", "spec.initContainers.*.volumeMounts", "[]"},
    {"Pod", "spec.initContainers.*.env.*.value", "\"\""},
    {"Pod", "spec.initContainers.*.volumeMounts.*.readOnly", "false"},
    {"Deployment", "spec.minReadySeconds", "0"},
    {"Deployment", "spec.paused", "false"},
    {"ConfigMap", "data", "{}"},
    {"Secret", "data", "{}"},
    {"Service", "spec.publishNotReadyAddresses", "false"},
    {"NetworkPolicy", "spec.ingress", "[]"},
    {"NetworkPolicy", "spec.ingress.*.from", "[]"},
    {"NetworkPolicy", "spec.ingress.*.ports", "[]"},
    {"NetworkPolicy", "spec.egress", "[]"},
    {"NetworkPolicy", "spec.egress.*.to", "[]"},
    {"NetworkPolicy", "spec.egress.*.ports", "[]"},
    {"Role", "rules", "[]"},
    {"Role", "rules.*.resourceNames", "[]"},
    {"ClusterRole", "rules", "[]"},
    {"ClusterRole", "rules.*.resourceNames", "[]"},
    {"RoleBinding", "subjects", "[]"},
    {"RoleBinding", "subjects.*.apiGroup", "\"\""},
    {"ClusterRoleBinding", "subjects", "[]"},
    {"ClusterRoleBinding", "subjects.*.apiGroup", "\"\""},
    {"ServiceAccount", "imagePullSecrets", "[]"},
    {"ServiceAccount", "secrets", "[]"},
    {"PriorityClass", "description", "\"\""},
    {"PriorityClass", "globalDefault", "false"},
    {"StorageClass", "mountOptions", "[]"},
    {"StorageClass", "parameters", "{}"},
    {"CustomResourceDefinition", "spec.names.categories", "[]"},
    {"CustomResourceDefinition", "spec.names.shortNames", "[]"},
    {"CustomResourceDefinition", "spec.preserveUnknownFields", "false"},
    {"CustomResourceDefinition", "spec.versions.*.additionalPrinterColumns.*.priority", "0"},
};

bool builtin_is(const struct node *object)
{
    struct span group = identity_group(node_get_text(object, "apiVersion"));

    if (!group.len) // the core group
        return true;
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        if (span_is(group, groups[i]))
            return true;
    return false;
}

// The names from the object down to a field.
struct names {
    struct span items[DOC_DEPTH_MAX];
    size_t len;
};

static bool names_of(const struct field *field, struct names *names)
{
    size_t depth = 0;

    for (const struct field *f = field; f->above; f = f->above)
        depth++;
    if (depth > ARRAY_LEN(names->items))
        return false;
    names->len = depth;
    for (; field->above; field = field->above)
        names->items[--depth] = field->name;
    return true;
}

// How many names from `start` on a path takes, or SIZE_MAX when they are others.
static size_t match(const struct names *names, size_t start, const char *path)
{
    struct span rest = span_str(path), name;

    for (; span_next(&rest, '.', &name); start++)
        if (start >= names->len || !(span_is(name, "*") || span_eq(name, names->items[start])))
            return SIZE_MAX;
    return start;
}

// Where the pod starts, or SIZE_MAX.
static size_t pod_start(struct span kind, const struct names *names)
{
    for (size_t i = 0; i < ARRAY_LEN(templates); i++)
        if (span_is(kind, templates[i].kind))
            return match(names, 0, templates[i].path);
    return SIZE_MAX;
}

static const struct fact *find(const struct fact *facts, size_t count, struct span kind,
                               const struct field *field)
{
    struct names names;
    size_t pod;

    if (!names_of(field, &names))
        return NULL;
    pod = pod_start(kind, &names);
    for (const struct fact *f = facts; f < facts + count; f++) {
        if ((!f->kind || span_is(kind, f->kind)) && match(&names, 0, f->path) == names.len)
            return f;
        if (pod != SIZE_MAX && f->kind && span_is(span_str(f->kind), "Pod") &&
            match(&names, pod, f->path) == names.len)
            return f;
    }
    return NULL;
}

bool builtin_is_quantity(struct span kind, const struct field *field)
{
    return find(quantities, ARRAY_LEN(quantities), kind, field) != NULL;
}

const char *builtin_default(struct span kind, const struct field *field)
{
    const struct fact *fact = find(defaults, ARRAY_LEN(defaults), kind, field);

    return fact ? fact->text : NULL;
}

const char *builtin_dropped(struct span kind, const struct field *field)
{
    const struct fact *fact = find(dropped, ARRAY_LEN(dropped), kind, field);

    return fact ? fact->text : NULL;
}
