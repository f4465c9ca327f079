// SPDX-License-Identifier: Apache-2.0
// What merge.c (maps and scalars) and merge_list.c (lists with keys) share. "dest" is what is
// patched, "origin" the patch; either may be NULL.
#ifndef MODEL_KUSTOMIZE_MERGE_MERGE_INT_H
#define MODEL_KUSTOMIZE_MERGE_MERGE_INT_H

#include <stdbool.h>

#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/kustomize/schema/schema.h"

struct merge {
    struct doc *d;
    const struct schemas *schemas;
    VEC(struct span) path; // of the node being merged, for messages
    struct err **err;
};

struct merged {
    struct node *node; // NULL: to be removed
    bool keep_null;    // a null that was there before stays
};

// Merges two nodes of any kind.
int merge_nodes(struct merge *m, struct node *dest, struct node *origin,
                const struct schema *schema, struct merged *out);

// A list whose elements are told apart by `keys`, or by their value when there are none.
int merge_keyed_list(struct merge *m, struct node *dest, struct node *origin,
                     const struct schema *schema, const struct span *keys, size_t key_count,
                     struct merged *out);

// Removes from a list what elements a directive (`key` "$patch") is in; see list_set_element().
int merge_elide_element(struct merge *m, struct node *list, struct span key, struct span value);

// Fails with the place of `at` and the path.
int merge_fail(struct merge *m, const struct node *at, const char *what);

bool merge_is_null(const struct node *n); // missing, too
bool merge_is_empty_map(const struct node *n);

#endif
