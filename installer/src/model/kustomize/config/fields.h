// SPDX-License-Identifier: Apache-2.0
// The fields of a kustomization and of the files it names as tables, and the check of a tree
// against them: unknown fields with a suggestion, wrong types, names in another letter case.
#ifndef MODEL_KUSTOMIZE_CONFIG_FIELDS_H
#define MODEL_KUSTOMIZE_CONFIG_FIELDS_H

#include "model/kustomize/kust.h"

enum field_type {
    FIELD_TEXT,
    FIELD_BOOL,
    FIELD_INT,
    FIELD_TEXTS,    // a list of texts
    FIELD_TEXT_MAP, // a map of texts
    FIELD_OBJECT,
    FIELD_OBJECTS, // a list of objects
    FIELD_ANY,
};

struct fields;

struct field {
    const char *name;
    enum field_type type;
    const struct fields *object;
};

struct fields {
    const char *what; // "patch", for messages
    const struct field *items;
    size_t count;
    bool open; // unknown fields are ignored
};

// Checks `object` and brings it into the exact form: field names in their own letter case (Go reads
// them in any), fields that are null removed. ERR_CONFIG.
int fields_check(struct kust *k, struct node *object, const struct fields *fields, struct err **err)
    MUST_CHECK;

// What is left when Go reads `object` into its types and writes it again, before fields_check():
// fields that are unknown are lost, and numbers and booleans where a text has to stand are its
// text.
void fields_rewrite(struct kust *k, struct node *object, const struct fields *fields);

// The field that Go takes `name` for, in any letter case; NULL for none.
const struct field *fields_find(const struct fields *fields, struct span name);

extern const struct fields fields_kustomization;
extern const struct fields fields_transformer_config;
extern const struct fields fields_replacement;
extern const struct fields fields_targets; // of a ValueAddTransformer's target file

// The configuration of the built-in plugin `kind`, or NULL when there is none.
const struct fields *fields_of_plugin(struct span kind);

#endif
