// SPDX-License-Identifier: Apache-2.0
// kustomize's legacy order (some kinds first, some last, the rest by name of group, version and
// kind, then by namespace and name) and `sortOptions`.
#include "model/kustomize/resource/order.h"

#include <stdlib.h>

#include "base/kinds.h"

// defaultOrderFirst and defaultOrderLast of kustomize's SortOrderTransformer. Flux applies in
// another order (work/layers/tree/order.c), which it has changed since it took this one over; what
// is printed has to stay as kustomize prints it.
static const char *const default_first[] = {"Namespace",
                                            "ResourceQuota",
                                            "StorageClass",
                                            "CustomResourceDefinition",
                                            "ServiceAccount",
                                            "PodSecurityPolicy",
                                            "Role",
                                            "ClusterRole",
                                            "RoleBinding",
                                            "ClusterRoleBinding",
                                            "ConfigMap",
                                            "Secret",
                                            "Endpoints",
                                            "Service",
                                            "LimitRange",
                                            "PriorityClass",
                                            "PersistentVolume",
                                            "PersistentVolumeClaim",
                                            "Deployment",
                                            "StatefulSet",
                                            "CronJob",
                                            "PodDisruptionBudget"};
static const char *const default_last[] = {"MutatingWebhookConfiguration",
                                           "ValidatingWebhookConfiguration"};
static const struct kind_order default_order = {
    default_first,
    ARRAY_LEN(default_first),
    default_last,
    ARRAY_LEN(default_last),
};

int order_default_rank(struct span kind)
{
    return kind_rank(&default_order, kind);
}

struct sort_key {
    int rank;
    bool namespace_kind;
    bool no_group;
    const char *type; // "<group>_<version>_<kind>"
    const char *id;   // "<kind>.<version>.<group>|<namespace>|<name>"
    uint32_t index;
};

// A list of the user's, in the arena.
static const char *const *kinds_of(struct kust *k, const struct node *list, size_t *len)
{
    const char **kinds = arena_array(k->arena, node_len(list) + 1, sizeof(*kinds));
    *len = node_len(list);
    for (size_t i = 0; i < *len; i++)
        kinds[i] = node_str(node_item(list, i));
    return kinds;
}

static struct kind_order kind_order_of(struct kust *k, const struct node *legacy)
{
    struct kind_order order = default_order;
    if (!legacy)
        return order;
    order.first = kinds_of(k, node_get(legacy, "orderFirst"), &order.first_len);
    order.last = kinds_of(k, node_get(legacy, "orderLast"), &order.last_len);
    return order;
}

static const char *or_text(struct span s, const char *otherwise)
{
    return s.len ? s.ptr : otherwise;
}

static struct sort_key key_of(struct kust *k, const struct resource *r, uint32_t index)
{
    struct resid id = resource_id(r);
    struct arena *a = k->arena;
    const char *group = or_text(arena_span(a, id.gvk.group), "");
    const char *version = or_text(arena_span(a, id.gvk.version), "");
    const char *kind = or_text(arena_span(a, id.gvk.kind), "");
    struct sort_key key = {.index = index};
    key.namespace_kind = strcmp(kind, "Namespace") == 0;
    key.no_group = !*group;
    key.type = arena_printf(a, "%s_%s_%s", *group ? group : "~G", *version ? version : "~V",
                            *kind ? kind : "~K");
    key.id =
        arena_printf(a, "%s.%s.%s|%s|%s", *kind ? kind : "[noKind]", *version ? version : "[noVer]",
                     *group ? group : "[noGrp]", or_text(arena_span(a, id.ns), "~X"),
                     or_text(arena_span(a, id.name), "~N"));
    return key;
}

static int by_key(const void *a, const void *b)
{
    const struct sort_key *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    int order = strcmp(x->type, y->type);
    // Namespaces of the core group come last among the kinds of that name.
    if (x->namespace_kind && y->namespace_kind && (x->no_group || y->no_group))
        order = -order;
    if (!order)
        order = strcmp(x->id, y->id);
    return order ? order : (x->index < y->index ? -1 : 1);
}

static int check_options(struct kust *k, const struct node *options, bool *legacy, struct err **err)
{
    struct node *order = node_get(options, "order");
    struct node *lists = node_get(options, "legacySortOptions");
    *legacy = !options || span_is(node_text(order), "legacy");
    bool fifo = span_is(node_text(order), "fifo");
    if (!*legacy && !fifo)
        return kust_fail(k, order ? order : options, err,
                         "sortOptions.order must be fifo or legacy, found '%s'", node_str(order));
    if (fifo && lists)
        return kust_fail(k, lists, err,
                         "sortOptions.legacySortOptions is set, but the order is fifo, not legacy");
    return 0;
}

int order_resources(struct kust *k, const struct resmap *m, const struct node *sort_options,
                    const uint32_t **out, struct err **err)
{
    bool legacy = false;
    uint32_t *order = arena_array(k->arena, m->len + 1, sizeof(*order));
    if (check_options(k, sort_options, &legacy, err) < 0)
        return -1;
    struct sort_key *keys = arena_array(k->arena, m->len + 1, sizeof(*keys));
    struct kind_order kinds = kind_order_of(k, node_get(sort_options, "legacySortOptions"));
    for (uint32_t i = 0; i < m->len; i++) {
        order[i] = i;
        if (!legacy)
            continue;
        keys[i] = key_of(k, m->items[i], i);
        keys[i].rank = kind_rank(&kinds, resource_kind(m->items[i]));
    }
    if (legacy)
        qsort(keys, m->len, sizeof(*keys), by_key);
    for (uint32_t i = 0; legacy && i < m->len; i++)
        order[i] = keys[i].index;
    *out = order;
    return 0;
}
