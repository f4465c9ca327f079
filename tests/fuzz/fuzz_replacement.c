// SPDX-License-Identifier: Apache-2.0
// Replacements on a small fixed tree: paths, patterns, options, structured text. A build ends with
// objects or with one error.
#include "fuzz_kustomize.h"

static const char objects[] =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n"
    "  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1\n"
    "        args: [a, b]\n---\n"
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  host: a.b.c\n"
    "  json: '{\"a\": {\"b\": 1}}'\n  yaml: |\n    a:\n      b: x # note\n    list: [1, 2]\n";
static const char kustomization[] = "resources: [objects.yaml]\nnameSuffix: -s\n"
                                    "replacements: [{path: replacement.yaml}]\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();

    kustomize_tree_add(tree, "/objects.yaml", SPAN(objects));
    kustomize_tree_add(tree, "/kustomization.yaml", SPAN(kustomization));
    kustomize_tree_add(tree, "/replacement.yaml", span_of(data, size));
    fuzz_build(tree, "/");
    return 0;
}
