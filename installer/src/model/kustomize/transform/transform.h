// SPDX-License-Identifier: Apache-2.0
// The built-in transformers: what one is, and the arguments of each. They are made from the fields
// of a kustomization (builtin.c) or from the files of `transformers` (plugins.c).
#ifndef MODEL_KUSTOMIZE_TRANSFORM_TRANSFORM_H
#define MODEL_KUSTOMIZE_TRANSFORM_TRANSFORM_H

#include "model/kustomize/config/config.h"
#include "model/kustomize/load/load.h"
#include "model/kustomize/resource/resmap.h"

struct transformer;

typedef int transform_fn(struct kust *k, const struct transformer *t, struct resmap *m,
                         struct err **err);

struct transformer {
    transform_fn *run;
    const void *args;
    const char *kind;            // "LabelTransformer"
    const struct origin *origin; // for buildMetadata; NULL when it is not asked for
    size_t entries;              // how many of kustomize's transformers it stands for
    const struct node *at;       // where it was configured
};

struct transformer_list {
    VEC(struct transformer);
};

enum subject_mode {
    SUBJECTS_DEFAULT, // role binding subjects named "default"
    SUBJECTS_ALL,     // all service accounts
    SUBJECTS_NONE,
};

struct namespace_args {
    struct span ns;
    const struct fieldspecs *specs;
    bool unset_only;
    enum subject_mode subjects;
};
transform_fn transform_namespace;

struct affix_args {
    struct span text;
    bool suffix;
    const struct fieldspecs *specs;
};
transform_fn transform_affix;

struct pairs_args {
    const struct node *pairs; // a map of texts
    const struct fieldspecs *specs;
};
transform_fn transform_pairs; // labels and annotations

struct image_args {
    const struct node *images; // a list of image entries
    const struct fieldspecs *specs;
};
transform_fn transform_images;

struct replica_args {
    struct span name;
    const struct node *count;
    const struct fieldspecs *specs;
};
transform_fn transform_replicas;

transform_fn transform_hash; // without arguments

// A value put into fields (ValueAddTransformer); `targets` as in its configuration.
struct value_args {
    struct span value;
    struct node_list targets;
};
transform_fn transform_value;
int value_configure(struct kust *k, struct loader *l, const struct node *config,
                    const struct value_args **out, struct err **err) MUST_CHECK;

// --- patches (patches.c) ---

struct patch_args;
transform_fn transform_patch;

// Reads one entry of `patches`; *out is ready for transform_patch.
int patch_configure(struct kust *k, struct loader *l, const struct node *entry,
                    const struct patch_args **out, struct err **err) MUST_CHECK;
// The list of `patchesStrategicMerge`: paths or patches in place. `inline_text`: more patches.
int patch_configure_strategic(struct kust *k, struct loader *l, const struct node *at,
                              const struct node *paths, const struct node *inline_text,
                              const struct patch_args **out, struct err **err) MUST_CHECK;
// One entry of `patchesJson6902`; `text` is its field with operations in place.
int patch_configure_json6902(struct kust *k, struct loader *l, const struct node *entry,
                             const char *text, const struct patch_args **out, struct err **err)
    MUST_CHECK;

// --- replacements (replacements.c) ---

struct replacement_args {
    struct node_list items; // replacements, each checked
};
transform_fn transform_replacements;
int replacements_configure(struct kust *k, struct loader *l, const struct node *list,
                           const struct replacement_args **out, struct err **err) MUST_CHECK;

// --- run.c ---

// Runs them in order on `m`, each noted at the resources if the build keeps track.
int transformers_run(struct kust *k, const struct transformer_list *list, struct resmap *m,
                     struct err **err) MUST_CHECK;

// Runs validators: transformers that may change nothing but the label that says they ran.
// ERR_CONFIG when one does.
int validators_run(struct kust *k, const struct transformer_list *list, struct resmap *m,
                   struct err **err) MUST_CHECK;

// --- after everything else ---

// Puts the new names into fields that refer to renamed resources.
int transform_references(struct kust *k, struct resmap *m, const struct transformer_config *config,
                         struct err **err) MUST_CHECK;

#endif
