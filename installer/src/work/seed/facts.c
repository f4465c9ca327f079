// SPDX-License-Identifier: Apache-2.0
// Three lists of the API server, and what follows from them.
#include "work/seed/facts.h"

#include "base/address.h"
#include "base/mem.h"

// How much of an address tells a network of pods from another one, where the nodes name none.
enum { FACTS_NETWORK_BITS = 16, FACTS_NETWORK_BITS_V6 = 64 };

static void add_image(struct seed_nodes *nodes, size_t node, struct span name,
                      enum facts_reason reason)
{
    struct arena *arena = nodes->arena;

    if (name.len)
        vec_push_arena(
            arena, &nodes->facts->images,
            (struct facts_image){.node = node, .name = arena_span(arena, name), .reason = reason});
}

// --- nodes ---

static bool is_pause(const struct runtime_node *n, struct span image)
{
    return (n->pause && span_is(image, n->pause)) ||
           span_search(image, SPAN("/pause")) < image.len ||
           span_search(image, SPAN("mirrored-pause")) < image.len;
}

// The names by tag: a digest may be of an index that was not kept.
static void add_listed(struct seed_nodes *nodes, size_t at, const struct node *object)
{
    NODE_FOREACH_ITEM (image, node_path(object, "status", "images")) {
        NODE_FOREACH_ITEM (name, node_get(image, "names")) {
            struct span text = node_text(name);

            if (span_find(text, '@') == text.len)
                add_image(nodes, at, text,
                          is_pause(&nodes->items.items[at].node, text) ? FACTS_PAUSE
                                                                       : FACTS_LISTED);
        }
    }
}

static int on_node(void *data, const struct node *object, struct err **err)
{
    struct seed_nodes *nodes = data;
    struct seed_node n = {0};

    if (runtime_node_read(object, nodes->arena, &n.node, err) < 0)
        return -1;
    vec_push_arena(nodes->arena, &nodes->items, n);
    VEC_FOREACH (const struct span *, it, &n.node.pod_networks)
        vec_push_arena(nodes->arena, &nodes->facts->networks, *it);
    add_listed(nodes, nodes->items.len - 1, object);
    return 0;
}

static struct seed_node *find(const struct seed_nodes *nodes, struct span name)
{
    VEC_FOREACH (struct seed_node *, it, &nodes->items)
        if (span_is(name, it->node.name))
            return it;
    return NULL;
}

// --- pods ---

static bool runs(const struct node *pod, struct span container)
{
    NODE_FOREACH_ITEM (status, node_path(pod, "status", "containerStatuses"))
        if (span_eq(node_get_text(status, "name"), container))
            return node_path(status, "state", "running") != NULL;
    return false;
}

static bool is_agent(const struct node *pod)
{
    struct span ns = node_text(node_path(pod, "metadata", "namespace"));
    struct span name = node_text(node_path(pod, "metadata", "labels", SEED_LABEL));

    return span_is(ns, SEED_NAMESPACE) && span_is(name, SEED_NAME);
}

// In the system's namespace: proxies and network plugins, which every node starts with.
static bool is_daemon(const struct node *pod)
{
    if (!span_is(node_text(node_path(pod, "metadata", "namespace")), SEED_NAMESPACE))
        return false;
    NODE_FOREACH_ITEM (owner, node_path(pod, "metadata", "ownerReferences"))
        if (span_is(node_get_text(owner, "kind"), "DaemonSet"))
            return true;
    return false;
}

// What needed a secret is not given to who has none (KEP-2535).
static enum facts_reason reason_of(const struct node *pod)
{
    if (is_agent(pod))
        return FACTS_OURS;
    if (node_len(node_path(pod, "spec", "imagePullSecrets")))
        return FACTS_LISTED;
    return is_daemon(pod) ? FACTS_DAEMON : FACTS_RUNNING;
}

static bool is_known(const struct seed_facts *f, const struct address *a)
{
    struct network n;

    VEC_FOREACH (const struct span *, it, &f->networks)
        if (network_of(*it, &n) && network_has(&n, a))
            return true;
    return false;
}

// The network of an address, by its first bits: the same text for all addresses in it.
static const char *network_around(struct arena *arena, const struct address *a)
{
    const unsigned char *b = a->bytes;

    if (a->bits == 32)
        return arena_printf(arena, "%u.%u.0.0/%d", b[0], b[1], FACTS_NETWORK_BITS);
    return arena_printf(arena, "%x:%x:%x:%x::/%d", b[0] << 8 | b[1], b[2] << 8 | b[3],
                        b[4] << 8 | b[5], b[6] << 8 | b[7], FACTS_NETWORK_BITS_V6);
}

// Network plugins that give addresses out themselves do not tell the nodes of it.
static void add_network(struct seed_nodes *nodes, struct span text)
{
    struct address a = address_of(text);

    if (a.bits && !is_known(nodes->facts, &a))
        vec_push_arena(nodes->arena, &nodes->facts->networks,
                       span_str(network_around(nodes->arena, &a)));
}

static int on_pod(void *data, const struct node *object, struct err **err UNUSED)
{
    struct seed_nodes *nodes = data;
    const struct node *spec = node_get(object, "spec");
    struct seed_node *n = find(nodes, node_get_text(spec, "nodeName"));

    if (!node_get_bool(spec, "hostNetwork", false))
        NODE_FOREACH_ITEM (ip, node_path(object, "status", "podIPs"))
            add_network(nodes, node_get_text(ip, "ip"));
    if (!n)
        return 0;
    NODE_FOREACH_ITEM (container, node_get(spec, "containers"))
        if (runs(object, node_get_text(container, "name")))
            add_image(nodes, (size_t)(n - nodes->items.items), node_get_text(container, "image"),
                      reason_of(object));
    return 0;
}

// --- DaemonSets of an earlier run ---

struct facts_set facts_read_set(const struct node *set, struct arena *arena)
{
    const struct node *spec = node_path(set, "spec", "template", "spec");
    const struct node *container = node_item(node_get(spec, "containers"), 0);
    const struct node *args = node_get(container, "args");
    struct facts_set s = {.name = arena_str(arena, node_get_str(node_get(set, "metadata"), "name")),
                          .image = arena_str(arena, node_get_str(container, "image")),
                          .layout = "",
                          .folder = ""};

    NODE_FOREACH_ITEM (arg, args)
        if (span_is(node_text(arg), FACTS_LAYOUT_OPTION))
            s.layout = arena_str(arena, node_str(node_item(args, arg_at + 1)));
    NODE_FOREACH_ITEM (volume, node_get(spec, "volumes"))
        if (span_is(node_get_text(volume, "name"), FACTS_RUNTIME_VOLUME))
            s.folder = arena_str(arena, node_get_str(node_get(volume, "hostPath"), "path"));
    return s;
}

static int on_set(void *data, const struct node *object, struct err **err UNUSED)
{
    struct seed_nodes *nodes = data;
    struct facts_set set = facts_read_set(object, nodes->arena);

    vec_push_arena(nodes->arena, &nodes->facts->sets, set);
    return 0;
}

static int list(const struct seed_options *o, struct kube_selection selection, const char *version,
                const char *kind, kube_object_fn *each, struct seed_nodes *nodes, struct err **err)
{
    selection.resource = kube_find(o->kube, span_str(version), span_str(kind), err);
    selection.budget = o->budget;
    return selection.resource ? kube_list(o->kube, &selection, each, nodes, NULL, err) : -1;
}

int facts_read(const struct seed_options *o, struct seed_nodes *nodes, struct err **err)
{
    const struct kube_selection all = {0};
    const struct kube_selection ours = {.ns = SEED_NAMESPACE, .labels = SEED_SELECTOR};

    nodes->facts = ARENA_NEW(nodes->arena, struct seed_facts);
    return list(o, all, "v1", "Node", on_node, nodes, err) < 0 ||
                   list(o, all, "v1", "Pod", on_pod, nodes, err) < 0 ||
                   list(o, ours, "apps/v1", "DaemonSet", on_set, nodes, err) < 0
               ? -1
               : 0;
}
