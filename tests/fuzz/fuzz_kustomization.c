// SPDX-License-Identifier: Apache-2.0
// Kustomization files over a small fixed tree: a build ends with objects or with one error.
#include "fuzz_kustomize.h"

static const char deployment[] =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n"
    "  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1\n"
    "        envFrom:\n        - configMapRef: {name: settings}\n";
static const char base[] = "resources: [deployment.yaml]\nnamePrefix: base-\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();

    kustomize_tree_add(tree, "/base/deployment.yaml", SPAN(deployment));
    kustomize_tree_add(tree, "/base/kustomization.yaml", SPAN(base));
    kustomize_tree_add(tree, "/overlay/deployment.yaml", SPAN(deployment));
    kustomize_tree_add(tree, "/overlay/patch.yaml", SPAN(deployment));
    kustomize_tree_add(tree, "/overlay/kustomization.yaml", span_of(data, size));
    fuzz_build(tree, "/overlay");
    return 0;
}
