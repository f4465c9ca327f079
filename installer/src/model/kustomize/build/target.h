// SPDX-License-Identifier: Apache-2.0
// A kustomization that was read.
#ifndef MODEL_KUSTOMIZE_BUILD_TARGET_H
#define MODEL_KUSTOMIZE_BUILD_TARGET_H

#include "model/kustomize/load/load.h"
#include "model/kustomize/resource/resource.h"

struct target {
    struct loader *loader;
    struct node *spec;           // checked against fields_kustomization
    const char *file_name;       // "kustomization.yaml"
    const char *file;            // as messages call it
    const struct origin *origin; // of what its files hold: path, repo, ref, chain
};

// Reads the kustomization in the loader's folder. ERR_CONFIG.
struct target *target_read(struct kust *k, struct loader *l, const struct origin *origin,
                           struct err **err);

// Takes the schema of the `openapi` field into use, unless another one was first.
int target_set_schema(struct kust *k, struct target *t, struct err **err) MUST_CHECK;

#endif
