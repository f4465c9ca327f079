// SPDX-License-Identifier: Apache-2.0
// The table of layouts: where each distribution keeps its runtime's configuration
// (docs/nodes.md).
#include "model/runtime.h"

static const struct runtime_layout layouts[] = {
    {.name = "rke2",
     .folder = "/var/lib/rancher/rke2/agent/etc/containerd",
     .config = "config.toml",
     .routes = "certs.d",
     .way = RUNTIME_FILES},
    {.name = "k3s",
     .folder = "/var/lib/rancher/k3s/agent/etc/containerd",
     .config = "config.toml",
     .routes = "certs.d",
     .way = RUNTIME_FILES},
    {.name = "microk8s",
     .folder = "/var/snap/microk8s/current/args",
     .config = "containerd.toml",
     .routes = "certs.d",
     .way = RUNTIME_FILES},
    {.name = "k0s",
     .folder = "/etc/k0s",
     .config = "containerd.toml",
     .routes = "certs.d",
     .way = RUNTIME_RESTART},
    // From 2.2 on it reads routes at its default setting; before, only where it is told to.
    {.name = "containerd",
     .folder = "/etc/containerd",
     .config = "config.toml",
     .routes = "certs.d",
     .way = RUNTIME_FILES},
    {.name = "containerd-old",
     .folder = "/etc/containerd",
     .config = "config.toml",
     .routes = "certs.d",
     .way = RUNTIME_RESTART},
    {.name = "crio", .way = RUNTIME_ADMIN},
    {.name = "openshift", .way = RUNTIME_ADMIN},
    {.name = "talos", .way = RUNTIME_ADMIN},
    {.name = "bottlerocket", .way = RUNTIME_ADMIN},
    {.name = "gke", .way = RUNTIME_ADMIN},
    {.name = "docker", .way = RUNTIME_ADMIN},
};

const struct runtime_layout *runtime_layouts(size_t *count)
{
    *count = ARRAY_LEN(layouts);
    return layouts;
}

const struct runtime_layout *runtime_layout_find(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
        if (span_is(name, layouts[i].name))
            return &layouts[i];
    return NULL;
}
