// SPDX-License-Identifier: Apache-2.0
// The transformer configuration: which fields the built-in transformers change, kustomize's default
// tables (defaults.c), files of `configurations` and what `crds` add, merged.
#ifndef MODEL_KUSTOMIZE_CONFIG_CONFIG_H
#define MODEL_KUSTOMIZE_CONFIG_CONFIG_H

#include "model/kustomize/field/walk.h"
#include "model/kustomize/load/load.h"

enum config_list {
    CONFIG_NAME_PREFIX,
    CONFIG_NAME_SUFFIX,
    CONFIG_NAMESPACE,
    CONFIG_COMMON_LABELS,
    CONFIG_LABELS,
    CONFIG_TEMPLATE_LABELS,
    CONFIG_COMMON_ANNOTATIONS,
    CONFIG_VAR_REFERENCE,
    CONFIG_IMAGES,
    CONFIG_REPLICAS,
    CONFIG_LISTS,
};

struct fieldspecs {
    VEC(struct fieldspec);
};

// Fields that hold the name of a resource of kind `target`.
struct name_reference {
    struct gvk target;
    struct fieldspecs referrers;
};

struct transformer_config {
    struct fieldspecs lists[CONFIG_LISTS];
    VEC(struct name_reference) references;
};

// `base` and `more` together, in the arena (one of them when the other adds nothing). ERR_CONFIG
// when the same field is once to be created and once not.
const struct transformer_config *config_merge(struct kust *k, const struct transformer_config *base,
                                              const struct transformer_config *more,
                                              struct err **err);

// The defaults merged with the files that `paths` (a list, or NULL) names.
const struct transformer_config *config_load(struct kust *k, struct loader *l,
                                             const struct node *paths, struct err **err);

// What the OpenAPI definitions in the files of `crds` say about labels, names and references.
const struct transformer_config *config_from_crds(struct kust *k, struct loader *l,
                                                  const struct node *paths, struct err **err);

// Adds one spec as kustomize merges them.
int fieldspecs_add(struct kust *k, struct fieldspecs *list, const struct fieldspec *spec,
                   struct err **err) MUST_CHECK;

// Reads a list of {group, version, kind, path, create}.
void fieldspecs_read(struct kust *k, const struct node *list, struct fieldspecs *out);

// --- for defaults.c ---

struct fieldspec_fact {
    const char *group, *version, *kind, *path;
    bool create;
};

struct reference_fact {
    const char *group, *version, *kind;
    const struct fieldspec_fact *fields;
    size_t count;
};

struct list_fact {
    const struct fieldspec_fact *fields;
    size_t count;
};

extern const struct list_fact config_default_lists[CONFIG_LISTS];
extern const struct reference_fact config_default_references[];
extern const size_t config_default_reference_count;

#endif
