// SPDX-License-Identifier: Apache-2.0
// The table of what comes and goes by itself.
#include "cluster/record/ignored.h"

#include <string.h>

#include "base/compiler.h"
#include "cluster/record/place.h"

#define ADMISSION_DEFAULT "apf.kubernetes.io/autoupdate-spec"
#define AUTOMANAGED "kube-aggregator.kubernetes.io/automanaged"
#define BOOTSTRAPPING "kubernetes.io/bootstrapping"
#define RBAC "rbac.authorization.k8s.io"
#define COMPUTED "computed when somebody asks, stored nowhere"
#define BOOTSTRAPPED "a default of the API server, which makes it again"
#define OF_SERVICE "made for a Service, and goes with it"

static const struct ignored_row rows[] = {
    {"", "Event", NULL, NULL, "the cluster drops it after a while"},
    {"events.k8s.io", "Event", NULL, NULL, "the cluster drops it after a while"},
    {"coordination.k8s.io", "Lease", NULL, NULL, "sign of life of a node or a leader"},
    {"coordination.k8s.io", "LeaseCandidate", NULL, NULL, "sign of life of a possible leader"},
    {"", "Endpoints", NULL, NULL, OF_SERVICE},
    {"discovery.k8s.io", "EndpointSlice", NULL, NULL, OF_SERVICE},
    {"networking.k8s.io", "IPAddress", NULL, NULL, OF_SERVICE},
    {"", "Node", NULL, NULL, "joins and leaves with its machine"},
    {"storage.k8s.io", "CSINode", NULL, NULL, "made by the kubelet, goes with its node"},
    {"storage.k8s.io", "CSIStorageCapacity", NULL, NULL,
     "made by a storage driver, time and again"},
    {"storage.k8s.io", "VolumeAttachment", NULL, NULL, "made while a pod uses a volume"},
    {"resource.k8s.io", "ResourceSlice", NULL, NULL, "made by a driver of devices for its node"},
    {"certificates.k8s.io", "CertificateSigningRequest", NULL, NULL,
     "asked for by kubelets, dropped after a while"},
    {"internal.apiserver.k8s.io", "StorageVersion", NULL, NULL, "bookkeeping of API servers"},
    {"", "ComponentStatus", NULL, NULL, COMPUTED},
    {"metrics.k8s.io", "*", NULL, NULL, COMPUTED},
    {"custom.metrics.k8s.io", "*", NULL, NULL, COMPUTED},
    {"external.metrics.k8s.io", "*", NULL, NULL, COMPUTED},
    {"apiregistration.k8s.io", "APIService", NULL, AUTOMANAGED,
     "made by the API server for its own groups and for definitions, and goes with them"},
    {"flowcontrol.apiserver.k8s.io", "FlowSchema", NULL, ADMISSION_DEFAULT, BOOTSTRAPPED},
    {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", NULL, ADMISSION_DEFAULT,
     BOOTSTRAPPED},
    {RBAC, "ClusterRole", NULL, BOOTSTRAPPING, BOOTSTRAPPED},
    {RBAC, "ClusterRoleBinding", NULL, BOOTSTRAPPING, BOOTSTRAPPED},
    {RBAC, "Role", NULL, BOOTSTRAPPING, BOOTSTRAPPED},
    {RBAC, "RoleBinding", NULL, BOOTSTRAPPING, BOOTSTRAPPED},
    {"", "ConfigMap", "kube-root-ca.crt", NULL, "made in every namespace"},
    {"", "ServiceAccount", "default", NULL, "made in every namespace"},
    {"", "Secret", NULL, "kubernetes.io/service-account.name",
     "token of a ServiceAccount, goes with it"},
    {"cilium.io", "CiliumEndpoint", NULL, NULL, "made by the network for a pod"},
    {"cilium.io", "CiliumEndpointSlice", NULL, NULL, "made by the network for pods"},
    {"cilium.io", "CiliumIdentity", NULL, NULL, "made by the network for labels of pods"},
    {"cilium.io", "CiliumNode", NULL, NULL, "made by the network for a node"},
    {"crd.projectcalico.org", "BlockAffinity", NULL, NULL, "made by the network for a node"},
    {"crd.projectcalico.org", "IPAMBlock", NULL, NULL, "made by the network for a node"},
    {"crd.projectcalico.org", "IPAMHandle", NULL, NULL, "made by the network for a pod"},
    {"", "Namespace", RECORD_NAMESPACE, NULL, "the record itself, which knows when it is gone"},
};

const struct ignored_row *ignored_rows(size_t *count)
{
    *count = ARRAY_LEN(rows);
    return rows;
}

static bool is_of(const struct ignored_row *row, struct span group, struct span kind)
{
    return span_is(group, row->group) && (strcmp(row->kind, "*") == 0 || span_is(kind, row->kind));
}

const char *ignored_kind(struct span group, struct span kind)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (!rows[i].name && !rows[i].mark && is_of(&rows[i], group, kind))
            return rows[i].why;
    return NULL;
}

static bool bears(const struct node *metadata, const char *key)
{
    return node_path(metadata, "labels", key) || node_path(metadata, "annotations", key);
}

const char *ignored_object(const struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");
    struct identity id = node_identity(object);

    if (span_is(id.ns, RECORD_NAMESPACE))
        return "part of the record";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (is_of(&rows[i], id.group, id.kind) &&
            (!rows[i].name || span_is(id.name, rows[i].name)) &&
            (!rows[i].mark || bears(metadata, rows[i].mark)))
            return rows[i].why;
    return NULL;
}
