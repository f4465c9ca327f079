// SPDX-License-Identifier: Apache-2.0
// Whether a webhook is asked for objects of the tree (k8s.io/api admissionregistration/v1). What
// cannot be told counts as no: to refuse a good `up` is worse than to meet the webhook.
#include <string.h>

#include "base/mem.h"
#include "work/teardown/proof/hindrances.h"

#define NAME_LABEL "kubernetes.io/metadata.name"

// --- selectors (k8s.io/apimachinery meta/v1 LabelSelector) ---

static bool has_text(const struct node *list, struct span text)
{
    NODE_FOREACH_ITEM (item, list) {
        if (span_eq(node_text(item), text))
            return true;
    }
    return false;
}

// A namespace has its name as a label, also one that is yet to be made.
static const struct node *label_of(const struct node *object, struct span key)
{
    const struct node *metadata = node_get(object, "metadata");

    return span_is(key, NAME_LABEL) && span_is(node_get_text(object, "kind"), "Namespace")
               ? node_get(metadata, "name")
               : node_get_span(node_get(metadata, "labels"), key);
}

static bool fits(const struct node *expression, const struct node *object)
{
    const struct node *values = node_get(expression, "values");
    const struct node *label = label_of(object, node_get_text(expression, "key"));
    struct span operator= node_get_text(expression, "operator");

    if (span_is(operator, "In"))
        return label && has_text(values, node_text(label));
    if (span_is(operator, "NotIn"))
        return !label || !has_text(values, node_text(label));
    if (span_is(operator, "Exists"))
        return label != NULL;
    return span_is(operator, "DoesNotExist") && !label;
}

static bool selects(const struct node *selector, const struct node *object)
{
    NODE_FOREACH_PAIR (label, node_get(selector, "matchLabels")) {
        const struct node *found = label_of(object, label->key);

        if (!found || !span_eq(node_text(found), node_text(label->value)))
            return false;
    }
    NODE_FOREACH_ITEM (expression, node_get(selector, "matchExpressions")) {
        if (!fits(expression, object))
            return false;
    }
    return true;
}

// --- rules ---

static bool has_any(const struct node *list, const char *text)
{
    return has_text(list, SPAN("*")) || has_text(list, span_str(text));
}

static bool is_of_scope(const struct node *rule, bool namespaced)
{
    struct span scope = node_get_text(rule, "scope");

    return !scope.len || span_is(scope, "*") ||
           span_is(scope, namespaced ? "Namespaced" : "Cluster");
}

// `plural` is NULL for a kind that is not served yet.
static bool rules_have(const struct node *webhook, const char *group, const char *plural,
                       bool namespaced)
{
    NODE_FOREACH_ITEM (rule, node_get(webhook, "rules")) {
        const struct node *resources = node_get(rule, "resources");
        const struct node *operations = node_get(rule, "operations");

        if (is_of_scope(rule, namespaced) && has_any(node_get(rule, "apiGroups"), group) &&
            (has_any(operations, "CREATE") || has_any(operations, "UPDATE")) &&
            (has_text(resources, SPAN("*")) || has_text(resources, SPAN("*/*")) ||
             (plural && has_text(resources, span_str(plural)))))
            return true;
    }
    return false;
}

// --- objects of the tree ---

static const struct node *tree_namespace(const struct hindrances *h, struct span name)
{
    for (size_t i = 0; i <= h->last; i++) {
        for (size_t j = 0; j < h->layers->items[i].count; j++) {
            const struct node *object = h->layers->items[i].objects[j];
            struct identity id = node_identity(object);

            if (!id.group.len && span_is(id.kind, "Namespace") && span_eq(id.name, name))
                return object;
        }
    }
    return NULL;
}

static bool namespace_is_selected(const struct hindrances *h, const struct node *webhook,
                                  const struct node *object)
{
    struct identity id = node_identity(object);
    const struct node *selector = node_get(webhook, "namespaceSelector");
    const struct node *ns = object;

    if (id.ns.len) {
        ns = hindrances_namespace(h, id.ns);
        ns = ns ? ns : tree_namespace(h, id.ns);
    } else if (!span_is(id.kind, "Namespace") || id.group.len) {
        return true; // without a namespace, it is not asked about that
    }
    return ns && selects(selector, ns);
}

static bool makes_pods(const struct identity *id)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "Job"};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (span_is(id->kind, kinds[i]))
            return true;
    return false;
}

static int match_one(struct hindrances *h, const struct node *webhook, const struct node *object,
                     bool *matches, struct err **err)
{
    struct identity id = node_identity(object);
    char *group CLEANUP(mem_cleanup) = mem_strn(id.group.ptr, id.group.len);
    char *kind CLEANUP(mem_cleanup) = mem_strn(id.kind.ptr, id.kind.len);
    const struct node *selector = node_get(webhook, "objectSelector");
    const struct kube_resource *resource;

    if (strcmp(group, "admissionregistration.k8s.io") == 0) // is never asked about
        return 0;
    if (kube_find_kind(h->kube, group, kind, &resource, err) < 0)
        return -1;
    *matches = selects(selector, object) &&
               rules_have(webhook, group, resource ? resource->plural : NULL, id.ns.len > 0);
    // Of pods that it makes no more is known than where they will be.
    *matches |= makes_pods(&id) && node_len(selector) == 0 && rules_have(webhook, "", "pods", true);
    *matches &= namespace_is_selected(h, webhook, object);
    return 0;
}

int hindrances_match(struct hindrances *h, const struct node *webhook, bool *matches,
                     char **example, struct err **err)
{
    *matches = false;
    if (node_len(node_get(webhook, "matchConditions")))
        return 0;
    for (size_t i = 0; i <= h->last; i++) {
        for (size_t j = 0; j < h->layers->items[i].count; j++) {
            const struct node *object = h->layers->items[i].objects[j];

            if (match_one(h, webhook, object, matches, err) < 0)
                return -1;
            if (!*matches)
                continue;
            *example = node_label(object);
            return 0;
        }
    }
    return 0;
}
