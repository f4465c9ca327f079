// SPDX-License-Identifier: Apache-2.0
// Paths of replacements and vars: "spec.containers.[name=web].image", "items.0.name", "*".
#ifndef MODEL_KUSTOMIZE_FIELD_FIELDPATH_H
#define MODEL_KUSTOMIZE_FIELD_FIELDPATH_H

#include "model/kustomize/kust.h"

struct fieldpath {
    struct span text;
    const struct span *parts;
    size_t len;
};

// Splits `text` at dots. With `indexes`, "ports[0]" counts as "ports" and "0".
struct fieldpath fieldpath_new(struct kust *k, struct span text, bool indexes);

// The one field at the first `len` parts, or NULL in *out when it is missing. ERR_CONFIG when the
// path does not fit the tree.
int fieldpath_get(struct kust *k, const struct fieldpath *p, size_t len, struct node *root,
                  struct node **out, struct err **err) MUST_CHECK;

enum fieldpath_create {
    FIELDPATH_FIND,
    FIELDPATH_CREATE_SCALAR, // missing parts are made, the last as ...
    FIELDPATH_CREATE_MAP,
    FIELDPATH_CREATE_SEQ,
};

// All fields that the parts from `from` on match, wildcards and patterns included. ERR_CONFIG.
int fieldpath_match(struct kust *k, const struct fieldpath *p, size_t from, struct node *root,
                    enum fieldpath_create create, struct node_list *out, struct err **err)
    MUST_CHECK;

#endif
