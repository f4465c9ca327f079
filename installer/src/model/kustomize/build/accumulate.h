// SPDX-License-Identifier: Apache-2.0
// Building one kustomization after the other: the target (a kustomization read), the accumulator
// (resources, configuration and vars so far), and what configures its generators and transformers.
#ifndef MODEL_KUSTOMIZE_BUILD_ACCUMULATE_H
#define MODEL_KUSTOMIZE_BUILD_ACCUMULATE_H

#include "model/kustomize/transform/transform.h"
#include "model/kustomize/transform/vars.h"

struct accumulator {
    struct resmap *resources;
    const struct transformer_config *config;
    struct var_list vars;
};

// A kustomization that was read.
struct target {
    struct loader *loader;
    struct node *spec;           // checked against fields_kustomization
    const char *file_name;       // "kustomization.yaml"
    const char *file;            // as messages call it
    const struct origin *origin; // of what its files hold: path, repo, ref, chain
};

struct accumulator *accumulator_new(struct kust *k);

// Reads the kustomization in the loader's folder. ERR_CONFIG.
struct target *target_read(struct kust *k, struct loader *l, const struct origin *origin,
                           struct err **err);

// Takes the schema of the `openapi` field into use, unless another one was first.
int target_set_schema(struct kust *k, struct target *t, struct err **err) MUST_CHECK;

// Resources, generators, components, transformers and validators of `t` into `acc`.
int target_accumulate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
    MUST_CHECK;

// Adds the resources that entries of a list name: files, folders, remote ones.
int target_add_resources(struct kust *k, struct target *t, const struct node *list,
                         struct accumulator *acc, struct err **err) MUST_CHECK;

// --- builtin.c: the transformers of the kustomization's own fields, in kustomize's order ---
int builtin_transformers(struct kust *k, struct target *t, const struct transformer_config *config,
                         struct transformer_list *out, struct err **err) MUST_CHECK;
int builtin_generate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
    MUST_CHECK;

// --- plugins.c: those of `generators`, `transformers` and `validators` ---
int plugin_transformers(struct kust *k, struct target *t, const struct node *list,
                        struct transformer_list *out, struct err **err) MUST_CHECK;
int plugin_generate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
    MUST_CHECK;

// --- origins ---

// `from` with `path` (a file, folder or git source) appended, as buildMetadata writes it.
const struct origin *origin_append(struct kust *k, const struct origin *from, const char *path);

// The origin of what `t` generates or transforms itself.
const struct origin *origin_of_target(struct kust *k, const struct target *t, const char *kind,
                                      const char *field);

#endif
