// SPDX-License-Identifier: Apache-2.0
// Patches on a small fixed tree, as strategic merges and as JSON patches: a build ends with objects
// or with one error.
#include "fuzz_kustomize.h"

static const char objects[] =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {a: b}\n"
    "  annotations: {c: '1'}\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n"
    "      - name: web\n        image: nginx:1\n        ports:\n        - containerPort: 80\n"
    "        env:\n        - {name: A, value: b}\n      volumes:\n      - name: v\n"
    "        emptyDir: {}\n---\n"
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n";
static const char with_target[] =
    "resources: [objects.yaml]\npatches:\n- path: patch.yaml\n  target: {kind: .*}\n"
    "  options: {allowNameChange: true}\n";
static const char by_name[] = "resources: [objects.yaml]\nnamePrefix: p-\n"
                              "patches:\n- path: patch.yaml\n";

static void build(const char *kustomization, const uint8_t *data, size_t size)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();

    kustomize_tree_add(tree, "/objects.yaml", SPAN(objects));
    kustomize_tree_add(tree, "/kustomization.yaml", span_str(kustomization));
    kustomize_tree_add(tree, "/patch.yaml", span_of(data, size));
    fuzz_build(tree, "/");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    build(with_target, data, size);
    build(by_name, data, size);
    return 0;
}
