// SPDX-License-Identifier: Apache-2.0
// The `resources` of a path without a kustomization of its own.
#ifndef CONTROLLER_KUSTOMIZATION_SCAN_H
#define CONTROLLER_KUSTOMIZATION_SCAN_H

#include "base/vec.h"
#include "model/kustomize.h"

typedef VEC(const char *) scan_paths;

// What the folder `root` of a tree in memory holds, in the order of a walk through it: the folders
// with a kustomization, without what is below them, and the manifests ("./a/b.yaml"). In the arena.
void scan_manifests(struct arena *arena, struct kustomize_tree *tree, const char *root,
                    scan_paths *out);

#endif
