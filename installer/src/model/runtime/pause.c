// SPDX-License-Identifier: Apache-2.0
// The table of pause images: the defaults of containerd (config_unix.go of each tag), CRI-O
// (config.go) and the distributions that set their own.
#include "model/runtime/pause.h"

static const struct pause {
    const char *layout;
    unsigned major, minor, patch; // of the runtime, from which on
    const char *image;            // NULL: it varies, and none is known
} pauses[] = {
    // Newest first: the first row that a version reaches is the one.
    {"containerd", 2, 3, 0, "registry.k8s.io/pause:3.10.2"},
    {"containerd", 2, 2, 0, "registry.k8s.io/pause:3.10.1"},
    {"containerd-old", 2, 0, 0, "registry.k8s.io/pause:3.10"},
    {"containerd-old", 1, 7, 0, "registry.k8s.io/pause:3.8"},
    {"containerd-old", 1, 6, 1, "registry.k8s.io/pause:3.6"},
    {"containerd-old", 1, 6, 0, "k8s.gcr.io/pause:3.6"},
    {"crio", 1, 34, 0, "registry.k8s.io/pause:3.10.1"},
    {"crio", 1, 32, 0, "registry.k8s.io/pause:3.10"},
    {"crio", 1, 31, 0, NULL},
    {"crio", 1, 28, 0, "registry.k8s.io/pause:3.9"},
    {"k3s", 0, 0, 0, "docker.io/rancher/mirrored-pause:3.6"},
    {"rke2", 0, 0, 0, "docker.io/rancher/mirrored-pause:3.6"},
    {"k0s", 2, 3, 0, "quay.io/k0sproject/pause:3.10.2-0"},
    {"microk8s", 0, 0, 0, "registry.k8s.io/pause:3.10"},
    {"talos", 2, 0, 0, "registry.k8s.io/pause:3.10.2"},
    {"bottlerocket", 0, 0, 0, "localhost/kubernetes/pause:0.1.0"},
};

// What a bundle for an air gap holds, under these names: those of the table that a registry has,
// and the one that k3s and RKE2 are moving to.
static const char *const images[] = {
    "docker.io/rancher/mirrored-pause:3.10.2",
    "docker.io/rancher/mirrored-pause:3.6",
    "k8s.gcr.io/pause:3.6",
    "quay.io/k0sproject/pause:3.10.2-0",
    "registry.k8s.io/pause:3.10",
    "registry.k8s.io/pause:3.10.1",
    "registry.k8s.io/pause:3.10.2",
    "registry.k8s.io/pause:3.6",
    "registry.k8s.io/pause:3.8",
    "registry.k8s.io/pause:3.9",
};

const char *pause_of(const struct runtime_layout *layout, const struct version *runtime)
{
    for (size_t i = 0; layout && i < ARRAY_LEN(pauses); i++) {
        const struct pause *p = &pauses[i];

        if (strcmp(p->layout, layout->name) == 0 &&
            version_reaches(runtime, p->major, p->minor, p->patch))
            return p->image;
    }
    return NULL;
}

const char *const *runtime_pause_images(size_t *count)
{
    *count = ARRAY_LEN(images);
    return images;
}
