// SPDX-License-Identifier: Apache-2.0
// model/runtime: which distribution a Node is of, and what is known of its routes.
#include "support_object.h"

#include "model/runtime.h"

// One node of each distribution, as its API shows it, and what is to be known of it.
struct sight {
    const char *what;
    const char *runtime, *kubelet, *os, *meta; // meta: lines of metadata
    const char *layout, *pause;                // NULL: none
    const char *trouble, *doubt;               // words of them; NULL: none
};

static const struct sight sights[] = {
    {"Debian 12's containerd", "containerd://1.6.20~ds1", "v1.34.1", "Debian GNU/Linux 12", "",
     "containerd-old", "registry.k8s.io/pause:3.6", NULL,
     "containerd 1.6.20~ds1 reads routes only"},
    {"the first 1.6", "containerd://1.6.0", "v1.24.0", "Ubuntu", "", "containerd-old",
     "k8s.gcr.io/pause:3.6", NULL, "config_path"},
    {"Ubuntu's 1.7", "containerd://1.7.27", "v1.32.0", "Ubuntu 24.04.2 LTS", "", "containerd-old",
     "registry.k8s.io/pause:3.8", NULL, "config_path"},
    {"2.0", "containerd://2.0.5", "v1.33.0", "Ubuntu", "", "containerd-old",
     "registry.k8s.io/pause:3.10", NULL, "config_path"},
    {"2.1", "containerd://2.1.9", "v1.34.0", "Ubuntu", "", "containerd-old",
     "registry.k8s.io/pause:3.10", NULL, "config_path"},
    {"2.2", "containerd://2.2.0", "v1.35.0", "Ubuntu", "", "containerd",
     "registry.k8s.io/pause:3.10.1", NULL, "mirrors"},
    {"2.4", "containerd://2.4.2", "v1.34.4", "Debian", "", "containerd",
     "registry.k8s.io/pause:3.10.2", NULL, "mirrors"},
    {"k3s", "containerd://2.0.2-k3s2", "v1.32.2+k3s1", "Ubuntu", "", "k3s",
     "docker.io/rancher/mirrored-pause:3.6", NULL, NULL},
    {"k3d", "containerd://1.7.11-k3s2", "v1.28.6+k3s1", "K3s v1.28.6+k3s1", "", "k3s",
     "docker.io/rancher/mirrored-pause:3.6", NULL, NULL},
    {"an old k3s", "containerd://1.7.11-k3s2", "v1.28.5+k3s1", "Ubuntu", "", "k3s",
     "docker.io/rancher/mirrored-pause:3.6", "v1.28.5+k3s1 is too old", NULL},
    {"an older k3s", "containerd://1.6.8-k3s1", "v1.25.16+k3s4", "Ubuntu", "", "k3s",
     "docker.io/rancher/mirrored-pause:3.6", "too old", NULL},
    {"k3s with Docker", "docker://24.0.5", "v1.32.2+k3s1", "Ubuntu", "", "docker", NULL,
     "docker.io only", NULL},
    {"k3s with another containerd", "containerd://1.7.27", "v1.32.2+k3s1", "Ubuntu",
     "annotations: {k3s.io/node-args: '[\"agent\",\"--container-runtime-endpoint\","
     "\"unix:///run/containerd/containerd.sock\"]'}",
     "containerd-old", "registry.k8s.io/pause:3.8", NULL, "config_path"},
    {"k3s with its own pause", "containerd://2.0.2-k3s2", "v1.32.2+k3s1", "Ubuntu",
     "annotations: {k3s.io/node-args: '[\"server\",\"--pause-image=reg.test/pause:1\"]'}", "k3s",
     "reg.test/pause:1", NULL, NULL},
    {"k3s with a registry of its own", "containerd://2.0.2-k3s2", "v1.32.2+k3s1", "Ubuntu",
     "annotations: {k3s.io/node-env: '{\"SYSTEM_DEFAULT_REGISTRY\":\"reg.test\"}'}", "k3s",
     "reg.test/rancher/mirrored-pause:3.6", NULL, NULL},
    {"RKE2", "containerd://2.1.5-k3s1", "v1.34.2+rke2r1", "SLES 15", "", "rke2",
     "docker.io/rancher/mirrored-pause:3.6", NULL, NULL},
    {"RKE2 with a registry", "containerd://2.1.5-k3s1", "v1.34.2+rke2r1", "SLES 15",
     "annotations: {rke2.io/node-args: "
     "'[\"server\",\"--system-default-registry\",\"reg.test:5000\"]'}",
     "rke2", "reg.test:5000/rancher/mirrored-pause:3.6", NULL, NULL},
    {"k0s", "containerd://1.7.29", "v1.34.2+k0s", "Ubuntu", "", "k0s", NULL, NULL,
     "/etc/k0s/containerd.d"},
    {"MicroK8s", "containerd://2.2.3", "v1.36.0", "Ubuntu", "labels: {microk8s.io/cluster: 'true'}",
     "microk8s", "registry.k8s.io/pause:3.10", NULL, NULL},
    {"EKS", "containerd://2.1.4", "v1.34.1-eks-113cf36", "Amazon Linux 2023.9.20251027", "",
     "containerd-old", "localhost/kubernetes/pause:latest", NULL, NULL},
    {"AKS", "containerd://1.7.28-1", "v1.33.5", "Ubuntu 22.04.5 LTS",
     "labels: {kubernetes.azure.com/cluster: x}", "containerd-old", "registry.k8s.io/pause:3.8",
     NULL, NULL},
    {"GKE", "containerd://2.0.6", "v1.34.1-gke.2980000", "Container-Optimized OS from Google", "",
     "gke", NULL, "node pool", NULL},
    {"kind", "containerd://2.3.1", "v1.36.0", "Debian GNU/Linux 13", "", "containerd",
     "registry.k8s.io/pause:3.10.2", NULL, "mirrors"},
    {"Talos", "containerd://2.1.5", "v1.34.1", "Talos (v1.11.5)", "", "talos",
     "registry.k8s.io/pause:3.10.2", "removes all others", NULL},
    {"Bottlerocket on EKS", "containerd://2.1.4+bottlerocket", "v1.34.1-eks-113cf36",
     "Bottlerocket OS 1.50.0 (aws-k8s-1.34)", "", "bottlerocket",
     "localhost/kubernetes/pause:0.1.0", "read-only", NULL},
    {"CRI-O", "cri-o://1.34.1", "v1.34.1", "Fedora", "", "crio", "registry.k8s.io/pause:3.10.1",
     "SIGHUP", NULL},
    {"an older CRI-O", "cri-o://1.28.4", "v1.28.4", "Fedora", "", "crio",
     "registry.k8s.io/pause:3.9", "SIGHUP", NULL},
    {"OpenShift", "cri-o://1.33.5-3.rhaos4.20", "v1.33.5",
     "Red Hat Enterprise Linux CoreOS 9.6.20251015-1 (Plow)", "", "openshift", NULL,
     "objects of its API", NULL},
    {"cri-dockerd", "docker://28.1.1", "v1.33.0", "Docker Desktop", "", "docker", NULL,
     "docker.io only", NULL},
    {"something else", "remote://1.0", "v1.33.0", "Linux", "", NULL, NULL,
     "its runtime is not known: remote://1.0", NULL},
};

static struct runtime_node read_node(const char *yaml, struct arena *arena)
{
    struct runtime_node n;
    struct err *err = NULL;

    if (runtime_node_read(object(yaml), arena, &n, &err) < 0)
        fail_msg("%s", err_message(err));
    return n;
}

static bool says(const char *line, const char *words)
{
    return words ? line && strstr(line, words) : !line;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void test_runtime_node__distributions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sights); i++) {
        const struct sight *s = &sights[i];
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct runtime_node n =
            read_node(arena_printf(arena,
                                   "{kind: Node, metadata: {name: n1, %s}, status: {nodeInfo: "
                                   "{operatingSystem: linux, architecture: amd64, "
                                   "containerRuntimeVersion: '%s', kubeletVersion: '%s', "
                                   "osImage: '%s'}}}",
                                   s->meta, s->runtime, s->kubelet, s->os),
                      arena);

        if (!is_same(n.layout ? n.layout->name : NULL, s->layout))
            fail_msg("%s has the layout %s", s->what, n.layout ? n.layout->name : "(none)");
        if (!is_same(n.pause, s->pause))
            fail_msg("%s starts pods with %s", s->what, n.pause ? n.pause : "(unknown)");
        if (!says(n.trouble, s->trouble))
            fail_msg("%s: trouble '%s'", s->what, n.trouble ? n.trouble : "");
        if (!says(n.doubt, s->doubt))
            fail_msg("%s: doubt '%s'", s->what, n.doubt ? n.doubt : "");
        assert_true(is_same(n.folder, n.layout ? n.layout->folder : NULL));
        assert_string_equal(n.platform, "linux/amd64");
    }
}

static void test_runtime_node__the_folder_moves_with_the_data(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct runtime_node n;

    (void)state;
    n = read_node("{metadata: {name: n1, annotations: {rke2.io/node-args: "
                  "'[\"server\",\"--data-dir\",\"/data/rke2\"]'}}, status: {nodeInfo: "
                  "{containerRuntimeVersion: 'containerd://2.1.5-k3s1', kubeletVersion: "
                  "v1.34.2+rke2r1}}}",
                  arena);
    assert_string_equal(n.folder, "/data/rke2/agent/etc/containerd");
    // What is not JSON says nothing.
    n = read_node("{metadata: {name: n1, annotations: {k3s.io/node-args: '--data-dir'}}, status: "
                  "{nodeInfo: {containerRuntimeVersion: 'containerd://2.1.5-k3s1', "
                  "kubeletVersion: v1.34.2+k3s1}}}",
                  arena);
    assert_string_equal(n.folder, "/var/lib/rancher/k3s/agent/etc/containerd");
}

static void test_runtime_node__addresses_and_networks(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct runtime_node n = read_node("metadata: {name: n1}\n"
                                      "spec: {podCIDR: 10.1.0.0/24, podCIDRs: [10.1.0.0/24, "
                                      "'fd00:1::/64']}\n"
                                      "status:\n"
                                      "  addresses:\n"
                                      "  - {type: Hostname, address: n1}\n"
                                      "  - {type: InternalIP, address: 10.0.0.1}\n"
                                      "  - {type: ExternalIP, address: 1.2.3.4}\n"
                                      "  - {type: InternalIP, address: 'fd00::1'}\n",
                                      arena);

    (void)state;
    assert_string_equal(n.address, "10.0.0.1");
    assert_int_equal(n.addresses.len, 2);
    assert_true(span_is(n.addresses.items[1], "fd00::1"));
    assert_int_equal(n.pod_networks.len, 2);
    assert_true(span_is(n.pod_networks.items[1], "fd00:1::/64"));
    n = read_node("{metadata: {name: n1}, spec: {podCIDR: 10.1.0.0/24}}", arena);
    assert_string_equal(n.address, "");
    assert_int_equal(n.pod_networks.len, 1);
}

static void test_runtime_node__why_it_is_not_ready(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct runtime_node n = read_node(
        "metadata: {name: n1}\n"
        "status: {conditions: [{type: MemoryPressure, status: 'True'}, {type: Ready, status: "
        "'False', message: 'container runtime network not ready: NetworkReady=false "
        "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not "
        "initialized'}]}\n",
        arena);

    (void)state;
    assert_false(n.ready);
    assert_true(n.no_network);
    assert_non_null(strstr(n.not_ready, "cni plugin"));
    n = read_node("{metadata: {name: n1}, status: {conditions: [{type: Ready, status: Unknown, "
                  "message: Kubelet stopped posting node status.}]}}",
                  arena);
    assert_false(n.ready);
    assert_false(n.no_network);
    n = read_node("{metadata: {name: n1}, status: {conditions: [{type: Ready, status: 'True'}]}}",
                  arena);
    assert_true(n.ready);
    assert_string_equal(n.not_ready, "");
}

static void test_runtime_node__windows_and_what_is_none(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct runtime_node n = read_node("{metadata: {name: n1}, status: {nodeInfo: {operatingSystem: "
                                      "windows, architecture: amd64, containerRuntimeVersion: "
                                      "'containerd://1.7.20'}}}",
                                      arena);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_non_null(strstr(n.trouble, "windows/amd64"));
    assert_int_equal(runtime_node_read(object("{kind: Pod, metadata: {name: x}}"), arena, &n, &err),
                     -1);
    assert_err(err, ERR_API, "is none");
}

// Every image that a runtime of a row starts pods with is in the list, but those that no registry
// has.
static void test_runtime_pause_images__hold_what_nodes_need(void **state)
{
    size_t count;
    const char *const *images = runtime_pause_images(&count);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sights); i++) {
        const char *pause = sights[i].pause;
        bool found = !pause || strncmp(pause, "localhost/", 10) == 0 || strstr(pause, "reg.test");

        for (size_t j = 0; j < count && !found; j++)
            found = strcmp(images[j], pause) == 0;
        if (!found)
            fail_msg("%s is not there", pause);
    }
}

static void test_runtime_layouts__folders_are_absolute_and_found_by_name(void **state)
{
    size_t count;
    const struct runtime_layout *layouts = runtime_layouts(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct runtime_layout *l = &layouts[i];

        assert_ptr_equal(runtime_layout_find(span_str(l->name)), l);
        assert_true(!l->folder == (l->way == RUNTIME_ADMIN));
        assert_true(!l->folder || (*l->folder == '/' && l->config && l->routes));
    }
    assert_null(runtime_layout_find(SPAN("containerd2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_runtime_node__distributions),
        UNIT(test_runtime_node__the_folder_moves_with_the_data),
        UNIT(test_runtime_node__addresses_and_networks),
        UNIT(test_runtime_node__why_it_is_not_ready),
        UNIT(test_runtime_node__windows_and_what_is_none),
        UNIT(test_runtime_pause_images__hold_what_nodes_need),
        UNIT(test_runtime_layouts__folders_are_absolute_and_found_by_name),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
