// SPDX-License-Identifier: Apache-2.0
// What a folder of a git tree stands for as a Kustomization's path.
#ifndef WORK_ARTIFACTS_FOLDER_H
#define WORK_ARTIFACTS_FOLDER_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/kustomize.h"

typedef VEC(const char *) folder_paths;

// The `resources` that the folder `root` stands for: itself when it has a kustomization file, else
// the manifests and kustomizations below it. `ignores`: its source says what it leaves out. The
// paths are absolute, and in the arena. ERR_CONFIG for no such folder and for nothing in it,
// ERR_UNSUPPORTED.
int folder_resources(struct arena *arena, struct kustomize_tree *tree, const char *root,
                     bool ignores, folder_paths *out, struct err **err) MUST_CHECK;

#endif
