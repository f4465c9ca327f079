// SPDX-License-Identifier: Apache-2.0
// Nodes: down, full, or too small.
#include "cluster/evidence/nodes.h"

#include <stdio.h>

#include "base/compiler.h"

// --- down ---

struct node_pods {
    struct span node;
    size_t count;
};

static int count_pod(void *data, const struct node *pod, struct err **err UNUSED)
{
    struct node_pods *p = data;
    struct span phase = node_get_text(node_get(pod, "status"), "phase");

    p->count += span_eq(node_get_text(node_get(pod, "spec"), "nodeName"), p->node) &&
                !span_is(phase, "Succeeded") && !span_is(phase, "Failed");
    return 0;
}

static struct identity node_id(struct span name)
{
    return (struct identity){.kind = SPAN("Node"), .name = name};
}

static void set(struct ready *why, struct span since, const char *text)
{
    *why = (struct ready){.state = READY_PROGRESSING, .reason = "NodeNotReady"};
    ready_copy(why->message, sizeof(why->message), span_str(text));
    ready_copy(why->since, sizeof(why->since), since);
}

bool evidence_nodes_down(struct informers *inf, const struct node *pod, struct ready *why)
{
    struct node_pods pods = {.node = node_get_text(node_get(pod, "spec"), "nodeName")};
    struct identity id = node_id(pods.node);
    const struct node *node, *condition;
    char text[READY_MESSAGE_BYTES];
    struct span said;

    if (!pods.node.len || informers_get(inf, &id, &node) == INFORMERS_UNKNOWN)
        return false;
    condition = ready_condition(node, "Ready");
    if (span_is(node_get_text(condition, "status"), "True"))
        return false;
    informers_each(inf, "", "Pod", count_pod, &pods);
    if (!node) {
        snprintf(text, sizeof(text), "Node %.*s does not exist any more: %zu pod%s left on it",
                 SPAN_ARG(pods.node), pods.count, pods.count == 1 ? " is" : "s are");
        set(why, SPAN_EMPTY, text);
        return true;
    }
    said = span_trim(node_get_text(condition, "message"));
    if (span_ends(said, "."))
        said.len--;
    snprintf(text, sizeof(text), "Node %.*s is NotReady (%.*s): %zu pod%s on it",
             SPAN_ARG(pods.node), SPAN_ARG(said.len ? said : SPAN("its kubelet said nothing yet")),
             pods.count, pods.count == 1 ? " stands" : "s stand");
    set(why, node_get_text(condition, "lastTransitionTime"), text);
    return true;
}

// --- quantities ---

static bool take_number(struct span *s, double *value)
{
    double scale = 1;
    bool any = false, after_point = false;

    *value = 0;
    for (; s->len && (*s->ptr == '.' || (*s->ptr >= '0' && *s->ptr <= '9'));
         *s = span_tail(*s, 1)) {
        if (*s->ptr == '.') {
            if (after_point)
                return false;
            after_point = true;
            continue;
        }
        *value = *value * 10 + (*s->ptr - '0');
        scale = after_point ? scale * 10 : scale;
        any = true;
    }
    *value /= scale;
    return any;
}

bool evidence_nodes_quantity(struct span text, double *value)
{
    static const struct {
        const char *suffix;
        double factor;
    } suffixes[] = {
        {"", 1},        {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},
        {"k", 1e3},     {"M", 1e6},     {"G", 1e9},     {"T", 1e12},
        {"P", 1e15},    {"E", 1e18},    {"Ki", 0x1p10}, {"Mi", 0x1p20},
        {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60},
    };
    int64_t exponent;

    if (!take_number(&text, value))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        if (span_is(text, suffixes[i].suffix)) {
            *value *= suffixes[i].factor;
            return true;
        }
    if ((!span_skip(&text, "e") && !span_skip(&text, "E")) || !span_i64(text, &exponent) ||
        exponent < -30 || exponent > 30)
        return false;
    for (; exponent > 0; exponent--)
        *value *= 10;
    for (; exponent < 0; exponent++)
        *value /= 10;
    return true;
}

// --- too small ---

// All containers together, or the largest init container (Pod's effective request; sidecars, which
// are init containers that stay, count as the former).
static double request_of(const struct node *pod, struct span resource)
{
    const struct node *spec = node_get(pod, "spec");
    double together = 0, largest = 0, one;

    NODE_FOREACH_ITEM (container, node_get(spec, "containers")) {
        const struct node *requests = node_path(container, "resources", "requests");

        if (evidence_nodes_quantity(node_scalar(node_get_span(requests, resource)), &one))
            together += one;
    }
    NODE_FOREACH_ITEM (container, node_get(spec, "initContainers")) {
        const struct node *requests = node_path(container, "resources", "requests");

        if (!evidence_nodes_quantity(node_scalar(node_get_span(requests, resource)), &one))
            continue;
        if (span_is(node_get_text(container, "restartPolicy"), "Always"))
            together += one;
        else if (one > largest)
            largest = one;
    }
    return together > largest ? together : largest;
}

struct node_search {
    struct span resource;
    double most;
    size_t nodes;
    struct buf *cordoned;
};

static int look_at_node(void *data, const struct node *node, struct err **err UNUSED)
{
    struct node_search *s = data;
    const struct node *allocatable = node_path(node, "status", "allocatable");
    double has;

    s->nodes++;
    if (evidence_nodes_quantity(node_scalar(node_get_span(allocatable, s->resource)), &has) &&
        has > s->most)
        s->most = has;
    if (s->cordoned && node_get_bool(node_get(node, "spec"), "unschedulable", false))
        buf_printf(s->cordoned, "%sNode %s is cordoned", s->cordoned->len ? ", " : "",
                   node_get_str(node_get(node, "metadata"), "name"));
    return 0;
}

static void add_amount(struct buf *out, double amount, struct span resource)
{
    bool is_bytes = span_is(resource, "memory") || span_ends(resource, "storage") ||
                    span_starts(resource, "hugepages-");

    if (is_bytes)
        buf_printf(out, "%.4g%s", amount / (amount < 0x1p30 ? 0x1p20 : 0x1p30),
                   amount < 0x1p30 ? "Mi" : "Gi");
    else
        buf_printf(out, "%.4g", amount);
}

// Whether one resource is more than any node has.
static bool lacks(struct informers *inf, const struct node *pod, struct span resource,
                  struct buf *out)
{
    struct node_search search = {.resource = resource};
    double wanted = request_of(pod, resource);

    informers_each(inf, "", "Node", look_at_node, &search);
    if (!search.nodes || wanted <= search.most)
        return false;
    buf_add_str(out, "no node has ");
    add_amount(out, wanted, resource);
    buf_printf(out, " %.*s: the most is ", SPAN_ARG(resource));
    add_amount(out, search.most, resource);
    return true;
}

static bool lacks_any(struct informers *inf, const struct node *pod, struct buf *out)
{
    static const char *const lists[] = {"containers", "initContainers"};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        NODE_FOREACH_ITEM (container, node_get(node_get(pod, "spec"), lists[i]))
            NODE_FOREACH_PAIR (pair, node_path(container, "resources", "requests"))
                if (lacks(inf, pod, pair->key, out))
                    return true;
    return false;
}

bool evidence_nodes_lack(struct informers *inf, const struct node *pod, struct buf *out)
{
    struct identity any = node_id(SPAN("-"));
    struct node_search search = {.resource = SPAN_EMPTY, .cordoned = out};
    const struct node *none;

    if (informers_get(inf, &any, &none) != INFORMERS_ABSENT)
        return false;
    if (lacks_any(inf, pod, out))
        return true;
    informers_each(inf, "", "Node", look_at_node, &search);
    if (!search.nodes)
        buf_add_str(out, "the cluster has no nodes");
    return out->len > 0;
}
