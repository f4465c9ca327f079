// SPDX-License-Identifier: Apache-2.0
// What the controller does to the objects of a build.
#ifndef CONTROLLER_KUSTOMIZATION_APPLIED_H
#define CONTROLLER_KUSTOMIZATION_APPLIED_H

#include "controller/kustomization/merge.h"

// Refuses what is no object of Kubernetes. ERR_CONFIG.
int applied_are_whole(const struct kustomize_result *result, struct err **err) MUST_CHECK;

// Substitutes the variables of spec.postBuild. ERR_CONFIG.
int applied_substitute(const struct merge *m, struct kustomize_result *result, struct err **err)
    MUST_CHECK;

// Drops what is never applied, refuses encrypted Secrets that nothing decrypts, and says which ones
// cannot be told. ERR_CONFIG.
int applied_admit(const struct merge *m, struct kustomize_result *result, struct err **err)
    MUST_CHECK;

// Adds the labels of the owner, and spec.commonMetadata.
void applied_own(const struct merge *m, struct kustomize_result *result);

// Fills in result->sorted: as they are applied.
void applied_order(struct kustomize_result *result);

// An object as kustomize_object has it, after its node was changed.
void applied_read(struct kustomize_object *object);

// Notes in object->touched that `field` of the Flux object changed it.
void applied_touch(const struct merge *m, struct arena *arena, struct kustomize_object *object,
                   const char *field);

#endif
