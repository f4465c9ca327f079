// SPDX-License-Identifier: Apache-2.0
// From a release record to what is deleted for it.
#include "work/teardown/hard/uninstall.h"

#include <stdlib.h>

static const char *const order[] = {
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
};

_Static_assert(ARRAY_LEN(order) == UNINSTALL_RANKS, "see uninstall.h");

int uninstall_rank(struct span kind)
{
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (span_is(kind, order[i]))
            return (int)i + 1;
    return 0;
}

// Any policy keeps an object from being deleted (filterManifestsToKeep in
// action/resource_policy.go: what is not "keep" is neither kept nor deleted).
static bool is_kept(const struct node *object)
{
    return node_get(node_path(object, "metadata", "annotations"), "helm.sh/resource-policy");
}

// Helm's reader takes lists apart ("RoleList" and any other).
static void add(struct doc *d, struct uninstall *u, const struct node *object, bool is_hook)
{
    struct uninstall_object o = {.node = object, .is_hook = is_hook, .is_kept = is_kept(object)};
    const struct node *items = node_get(object, "items");

    if (span_ends(node_get_text(object, "kind"), "List") && node_is(items, NODE_SEQ)) {
        NODE_FOREACH_ITEM (item, items)
            add(d, u, item, is_hook);
        return;
    }
    o.rank = uninstall_rank(node_get_text(object, "kind"));
    o.place = u->objects.len;
    vec_push_arena(doc_arena(d), &u->objects, o);
}

static int add_all(struct doc *d, struct uninstall *u, struct span manifest, bool is_hook,
                   struct err **err)
{
    struct node_list list = {0};

    if (doc_read_helm(d, manifest, "the manifest", &list, err) < 0)
        return err_wrap_as(err, ERR_API, "the release's record");
    for (size_t i = 0; i < list.len; i++)
        add(d, u, list.items[i], is_hook);
    return 0;
}

static bool runs_in_uninstall(const struct node *hook, struct span *event)
{
    NODE_FOREACH_ITEM (one, node_get(hook, "events")) {
        *event = node_text(one);
        if (span_is(*event, "pre-delete") || span_is(*event, "post-delete"))
            return true;
    }
    return false;
}

static int add_hook(struct doc *d, struct uninstall *u, const struct node *hook, struct err **err)
{
    struct span event;

    if (runs_in_uninstall(hook, &event))
        vec_push_arena(doc_arena(d), &u->hooks,
                       arena_printf(doc_arena(d), "%.*s %s %s", SPAN_ARG(event),
                                    node_get_str(hook, "kind"), node_get_str(hook, "name")));
    return add_all(d, u, node_get_text(hook, "manifest"), true, err);
}

static int compare(const void *a, const void *b)
{
    const struct uninstall_object *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

int uninstall_read(const struct node *record, struct doc *d, struct uninstall *u, struct err **err)
{
    *u = (struct uninstall){0};
    if (add_all(d, u, node_get_text(record, "manifest"), false, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (hook, node_get(record, "hooks"))
        if (add_hook(d, u, hook, err) < 0)
            return -1;
    if (u->objects.len)
        qsort(u->objects.items, u->objects.len, sizeof(*u->objects.items), compare);
    return 0;
}
