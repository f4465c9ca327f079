// SPDX-License-Identifier: Apache-2.0
// ConfigMaps and Secrets from files, env files and literals, how they merge into what is there, and
// the hash that becomes their names' suffix.
#ifndef MODEL_KUSTOMIZE_GENERATE_GENERATORS_H
#define MODEL_KUSTOMIZE_GENERATE_GENERATORS_H

#include "model/kustomize/load/load.h"
#include "model/kustomize/resource/resmap.h"

// Makes the resource of one entry. `kind` is "ConfigMap" or "Secret"; `common` are the
// generatorOptions or NULL.
struct resource *generator_make(struct kust *k, const struct loader *l, const char *kind,
                                const struct node *entry, const struct node *common,
                                struct err **err);

// The ServiceAccount of an IAMPolicyGenerator.
struct resource *generator_iam(struct kust *k, const struct node *config, struct err **err);

// Adds what a generator made: appended, or merged into or put in the place of what is there, as its
// behaviour says.
int generator_absorb(struct kust *k, struct resmap *m, struct resource *made, struct err **err)
    MUST_CHECK;

// Adds the hash to the names of all that want one.
void generator_add_hashes(struct kust *k, struct resmap *m);

#endif
