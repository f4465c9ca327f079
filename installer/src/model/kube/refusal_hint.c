// SPDX-License-Identifier: Apache-2.0
// What can be done about a refusal of the API server.
#include <string.h>

#include "model/kube/client.h"

// 403 is the answer of the authorizer, and of every admission plugin that refuses an object; only
// the message tells which.
static const struct {
    const char *words, *hint;
} forbidden_hints[] = {
    {"\" cannot ",
     "the user of the kubeconfig lacks this permission; kubectl auth can-i --list shows "
     "what it has"},
    {"attempting to grant RBAC permissions",
     "a user can only grant permissions that it has itself"},
    {"exceeded quota",
     "a ResourceQuota of the namespace leaves too little: raise it or ask for less"},
    {"failed quota", "a ResourceQuota of the namespace demands these fields"},
    {" usage per ", "a LimitRange of the namespace refuses it"},
    {" ratio per ", "a LimitRange of the namespace refuses it"},
    {"violates PodSecurity", "the pod-security.kubernetes.io labels of the namespace refuse it"},
    {"denied the request", "an admission webhook of the cluster refuses it"},
    {"denied request", "an admission policy of the cluster refuses it"},
    {"", "an admission plugin of the API server refuses it"},
};

static void add_forbidden_hint(struct refusal *refusal)
{
    const char *message = node_get_str(refusal->status, "message");

    for (size_t i = 0; refusal->status && i < ARRAY_LEN(forbidden_hints); i++) {
        if (strstr(message, forbidden_hints[i].words)) {
            err_hint(&refusal->error, "%s", forbidden_hints[i].hint);
            return;
        }
    }
}

// What it costs to make an object anew.
static const struct {
    const char *kind, *cost;
} immutable_costs[] = {
    {"Job", "it runs again from its start"},
    {"Service", "it cannot be reached meanwhile, and has another cluster IP then"},
    {"Deployment", "its pods go too, and new ones start; --cascade=orphan leaves them running"},
    {"DaemonSet", "its pods go too, and new ones start; --cascade=orphan leaves them running"},
    {"StatefulSet", "--cascade=orphan leaves its pods running; its volume claims stay either way"},
    {"PersistentVolumeClaim", "WHAT IS STORED IN IT IS LOST, unless its volume is of the reclaim "
                              "policy Retain"},
    {"PersistentVolume", "its claim stays without a volume meanwhile"},
    {"RoleBinding", "its subjects lack their permissions meanwhile"},
    {"ClusterRoleBinding", "its subjects lack their permissions meanwhile"},
    {"ConfigMap", "pods that start meanwhile wait for it"},
    {"Secret", "pods that start meanwhile wait for it"},
    {"StorageClass", "volumes that exist stay as they are"},
};

// "apply Job once/x": the object is behind the verb.
static void add_immutable_hint(struct refusal *refusal, const char *what)
{
    struct span verb, object = span_str(what), kind, name;
    const char *cost = "it is made anew then";

    if (!span_cut(object, ' ', &verb, &object) || !span_cut(object, ' ', &kind, &name)) {
        err_hint(&refusal->error, "the field cannot be changed: delete the object first");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(immutable_costs); i++)
        if (span_is(kind, immutable_costs[i].kind))
            cost = immutable_costs[i].cost;
    err_hint(&refusal->error, "the field cannot be changed: delete %.*s first (%s)",
             SPAN_ARG(object), cost);
}

void refusal_hint(struct refusal *refusal, const char *what)
{
    switch (refusal->reason) {
    case KUBE_FORBIDDEN: add_forbidden_hint(refusal); break;
    case KUBE_UNAUTHORIZED:
        err_hint(&refusal->error, "the credentials of the kubeconfig are wrong or have expired");
        break;
    case KUBE_MANAGER_CONFLICT:
        err_hint(&refusal->error,
                 "someone else manages these fields: take them out of the tree, or have "
                 "the other manager give them up");
        break;
    case KUBE_TERMINATING:
        err_hint(&refusal->error, "the namespace is being deleted; wait until it is gone");
        break;
    case KUBE_WEBHOOK:
        err_hint(&refusal->error, "check that the pods behind the webhook's service are running");
        break;
    case KUBE_INVALID: err_hint(&refusal->error, "put what it names right in the object"); break;
    case KUBE_IMMUTABLE: add_immutable_hint(refusal, what); break;
    default: break;
    }
}
