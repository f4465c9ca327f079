// SPDX-License-Identifier: Apache-2.0
// Replacements inside of a text that is itself JSON or YAML, as in a ConfigMap's data.
#ifndef MODEL_KUSTOMIZE_FIELD_STRUCTURED_H
#define MODEL_KUSTOMIZE_FIELD_STRUCTURED_H

#include "model/kustomize/field/fieldpath.h"

// When `p` leads through a text that holds structured data to fields in it: sets them to `value`,
// writes the text back and returns true. False, and nothing changed, when it does not.
bool structured_set(struct kust *k, const struct fieldpath *p, struct node *root,
                    const struct node *value, enum fieldpath_create create);

#endif
