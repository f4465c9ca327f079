// SPDX-License-Identifier: Apache-2.0
// A Node of the API: which distribution it is of, and what is known of its routes before anybody
// has looked into its files.
#include <string.h>

#include "io/doc.h"
#include "model/runtime/pause.h"

struct reading {
    const struct node *object, *meta, *info;
    struct arena *arena;
    struct runtime_node *n;
    struct version runtime, kubelet;
};

static const char *text_of(struct reading *r, const struct node *map, const char *key)
{
    return arena_str(r->arena, node_get_str(map, key));
}

static bool has_layout(const struct reading *r, const char *name)
{
    return r->n->layout && strcmp(r->n->layout->name, name) == 0;
}

static bool is_of_rancher(const struct reading *r)
{
    return has_layout(r, "k3s") || has_layout(r, "rke2");
}

// --- what k3s and RKE2 were started with: annotations of theirs, JSON ---

// The value of a flag of theirs, from "<k3s.io>/node-args" or the environment; NULL: not given.
static const char *flag_of(struct reading *r, const char *flag, const char *variable)
{
    bool is_k3s = has_layout(r, "k3s");
    const struct node *notes = node_get(r->meta, "annotations");
    struct span args = node_get_text(notes, is_k3s ? "k3s.io/node-args" : "rke2.io/node-args");
    struct span env = node_get_text(notes, is_k3s ? "k3s.io/node-env" : "rke2.io/node-env");
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct err *unreadable CLEANUP(err_cleanup) = NULL; // then it says nothing
    const struct node *list = doc_read_json(doc, args, "node-args", ERR_API, &unreadable);
    const struct node *map;
    const char *value = NULL;

    for (size_t i = 0; i < node_len(list) && node_is(list, NODE_SEQ); i++) {
        struct span word = node_text(node_item(list, i));

        if (!span_skip(&word, "--") || !span_skip(&word, flag))
            continue;
        if (!word.len)
            value = node_str(node_item(list, i + 1));
        else if (span_skip(&word, "="))
            value = word.ptr;
    }
    err_clear(&unreadable);
    map = value ? NULL : doc_read_json(doc, env, "node-env", ERR_API, &unreadable);
    if (map && node_get_text(map, variable).len)
        value = node_get_str(map, variable);
    return value && *value ? arena_str(r->arena, value) : NULL;
}

// --- which distribution ---

static bool has_label(const struct reading *r, const char *label)
{
    return node_get(node_get(r->meta, "labels"), label);
}

// The first row that a node has all signs of; a sign is where its text starts or, of the kubelet,
// somewhere in it.
static const struct sign {
    const char *runtime, *os, *kubelet, *label;
    const char *layout;
} signs[] = {
    {.runtime = "docker://", .layout = "docker"},
    {.runtime = "cri-o://", .os = "Red Hat Enterprise Linux CoreOS", .layout = "openshift"},
    {.runtime = "cri-o://", .label = "node.openshift.io/os_id", .layout = "openshift"},
    {.runtime = "cri-o://", .layout = "crio"},
    {.os = "Talos", .layout = "talos"},
    {.os = "Bottlerocket", .layout = "bottlerocket"},
    {.runtime = "containerd://", .kubelet = "-gke.", .layout = "gke"},
    {.runtime = "containerd://", .kubelet = "+k3s", .layout = "k3s"},
    {.runtime = "containerd://", .kubelet = "+rke2", .layout = "rke2"},
    {.runtime = "containerd://", .kubelet = "+k0s", .layout = "k0s"},
    {.runtime = "containerd://", .label = "microk8s.io/cluster", .layout = "microk8s"},
    {.runtime = "containerd://", .layout = "containerd"},
};

static bool has_signs(const struct reading *r, const struct sign *s)
{
    const struct runtime_node *n = r->n;

    return (!s->runtime || span_starts(span_str(n->runtime), s->runtime)) &&
           (!s->os || span_starts(span_str(n->os), s->os)) &&
           (!s->kubelet || strstr(n->kubelet, s->kubelet)) && (!s->label || has_label(r, s->label));
}

static bool is_of_eks(const struct reading *r)
{
    return strstr(r->n->kubelet, "-eks-") &&
           (has_layout(r, "containerd") || has_layout(r, "containerd-old"));
}

static void find_layout(struct reading *r)
{
    struct runtime_node *n = r->n;
    const char *data_dir, *inside;

    for (size_t i = 0; i < ARRAY_LEN(signs) && !n->layout; i++)
        if (has_signs(r, &signs[i]))
            n->layout = runtime_layout_find(span_str(signs[i].layout));
    // Another containerd than the one they bring: its files are where its own version has them.
    if (is_of_rancher(r) && flag_of(r, "container-runtime-endpoint", "CONTAINER_RUNTIME_ENDPOINT"))
        n->layout = runtime_layout_find(SPAN("containerd"));
    if (has_layout(r, "containerd") && !version_reaches(&r->runtime, 2, 2, 0))
        n->layout = runtime_layout_find(SPAN("containerd-old"));
    n->folder = n->layout ? n->layout->folder : NULL;
    if (!is_of_rancher(r) || !n->folder)
        return;
    data_dir = flag_of(r, "data-dir", has_layout(r, "k3s") ? "K3S_DATA_DIR" : "RKE2_DATA_DIR");
    inside = strstr(n->folder, "/agent/");
    if (data_dir && inside)
        n->folder = arena_printf(r->arena, "%s%s", data_dir, inside);
}

static void find_pause(struct reading *r)
{
    struct runtime_node *n = r->n;
    const char *own, *registry;
    struct span name;

    n->pause = pause_of(n->layout, &r->runtime);
    if (is_of_eks(r))
        n->pause = "localhost/kubernetes/pause:latest";
    if (!is_of_rancher(r))
        return;
    own = flag_of(r, "pause-image", "PAUSE_IMAGE");
    registry = flag_of(r, "system-default-registry", "SYSTEM_DEFAULT_REGISTRY");
    name = span_str(own ? own : n->pause);
    if (registry && (!own || span_starts(name, "docker.io/"))) {
        span_skip(&name, "docker.io/");
        own = arena_printf(r->arena, "%s/%.*s", registry, SPAN_ARG(name));
    }
    if (own)
        n->pause = own;
}

// --- what is known of its routes ---

// From which of its releases on k3s and RKE2 keep routes in files (k3s pull request 8973 and its
// backports).
static bool keeps_routes(const struct version *kubelet)
{
    static const unsigned first[][2] = {{26, 13}, {27, 10}, {28, 6}, {29, 1}};

    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        if (kubelet->number[0] == 1 && kubelet->number[1] == first[i][0])
            return kubelet->number[2] >= first[i][1];
    return version_reaches(kubelet, 1, 30, 0);
}

static const struct admin {
    const char *layout, *trouble;
} admins[] = {
    {"crio", "CRI-O reads its registries' files when it starts or is told to (SIGHUP)"},
    {"openshift", "OpenShift owns its nodes' files: mirrors are objects of its API"},
    {"talos", "Talos writes its routes from the machine's configuration and removes all others"},
    {"bottlerocket", "Bottlerocket's root is read-only: mirrors are settings of its API"},
    {"gke", "GKE has its mirrors in the node pool's configuration: containerd reads no routes"},
    {"docker", "Docker has mirrors for docker.io only, and reads no routes"},
};

static const char *trouble_of(struct reading *r)
{
    const struct runtime_node *n = r->n;

    if (!span_starts(span_str(n->platform), "linux/"))
        return arena_printf(r->arena, "it is a node of %s, and the agent a program of Linux",
                            n->platform);
    if (!n->layout)
        return arena_printf(r->arena, "its runtime is not known: %s", n->runtime);
    for (size_t i = 0; i < ARRAY_LEN(admins); i++)
        if (strcmp(admins[i].layout, n->layout->name) == 0)
            return admins[i].trouble;
    if (is_of_rancher(r) && !keeps_routes(&r->kubelet))
        return arena_printf(r->arena,
                            "%s is too old for routes in files (from v1.26.13, v1.27.10, v1.28.6, "
                            "v1.29.1 on)",
                            n->kubelet);
    return NULL;
}

// What a containerd that nobody configured does: docs/nodes.md, "containerd".
static const char *doubt_of(struct reading *r)
{
    const struct runtime_node *n = r->n;

    if (n->trouble || is_of_rancher(r) || has_layout(r, "microk8s") || is_of_eks(r) ||
        has_label(r, "kubernetes.azure.com/cluster"))
        return NULL;
    if (has_layout(r, "k0s"))
        return "k0s reads routes once a file in /etc/k0s/containerd.d says from where "
               "(config_path)";
    if (has_layout(r, "containerd"))
        return "containerd reads routes unless its configuration sets 'mirrors', or names another "
               "folder";
    return arena_printf(r->arena,
                        "containerd %.*s reads routes only if its configuration says from where "
                        "(config_path)",
                        SPAN_ARG(span_tail(span_str(n->runtime), strlen("containerd://"))));
}

// --- the rest of it ---

static void read_addresses(struct reading *r)
{
    const struct node *status = node_get(r->object, "status");
    const struct node *spec = node_get(r->object, "spec");
    struct runtime_node *n = r->n;

    NODE_FOREACH_ITEM (address, node_get(status, "addresses"))
        if (span_is(node_get_text(address, "type"), "InternalIP"))
            vec_push_arena(r->arena, &n->addresses,
                           arena_span(r->arena, node_get_text(address, "address")));
    n->address = n->addresses.len ? n->addresses.items[0].ptr : "";
    NODE_FOREACH_ITEM (network, node_get(spec, "podCIDRs"))
        vec_push_arena(r->arena, &n->pod_networks, arena_span(r->arena, node_text(network)));
    if (!n->pod_networks.len && node_get_text(spec, "podCIDR").len)
        vec_push_arena(r->arena, &n->pod_networks,
                       arena_span(r->arena, node_get_text(spec, "podCIDR")));
}

static void read_ready(struct reading *r)
{
    struct runtime_node *n = r->n;

    n->not_ready = "";
    NODE_FOREACH_ITEM (condition, node_path(r->object, "status", "conditions")) {
        if (!span_is(node_get_text(condition, "type"), "Ready"))
            continue;
        n->ready = span_is(node_get_text(condition, "status"), "True");
        if (!n->ready)
            n->not_ready = text_of(r, condition, "message");
    }
    // kubelet, "container runtime network not ready: NetworkReady=false reason:NetworkPlugin…"
    n->no_network = strstr(n->not_ready, "NetworkPluginNotReady");
}

int runtime_node_read(const struct node *object, struct arena *arena, struct runtime_node *n,
                      struct err **err)
{
    struct reading r = {.object = object,
                        .meta = node_get(object, "metadata"),
                        .info = node_path(object, "status", "nodeInfo"),
                        .arena = arena,
                        .n = n};
    struct span version;

    *n = (struct runtime_node){.name = text_of(&r, r.meta, "name")};
    if (!*n->name || (node_get(object, "kind") && !span_is(node_get_text(object, "kind"), "Node")))
        return err_set(err, ERR_API, "what the API server calls a node is none");
    n->runtime = text_of(&r, r.info, "containerRuntimeVersion");
    n->kubelet = text_of(&r, r.info, "kubeletVersion");
    n->os = text_of(&r, r.info, "osImage");
    n->platform = arena_printf(arena, "%s/%s", node_get_str(r.info, "operatingSystem"),
                               node_get_str(r.info, "architecture"));
    version = span_str(n->runtime);
    version = span_tail(version, span_search(version, SPAN("://")) + 3);
    r.runtime = version_read(version);
    r.kubelet = version_read(span_str(n->kubelet));
    read_addresses(&r);
    read_ready(&r);
    find_layout(&r);
    find_pause(&r);
    n->trouble = trouble_of(&r);
    n->doubt = doubt_of(&r);
    return 0;
}
