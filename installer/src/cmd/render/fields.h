// SPDX-License-Identifier: Apache-2.0
// Which fields of two trees differ.
#ifndef CMD_RENDER_FIELDS_H
#define CMD_RENDER_FIELDS_H

#include "io/doc.h"

// Called for the topmost fields that differ; one of `a` and `b` is NULL where the field is only in
// one of the trees. `path`: "spec.containers[name=app].image".
typedef void (*fields_found)(void *data, const char *path, const struct node *a,
                             const struct node *b);

// Compares two trees, either of which may be NULL. Items of lists of maps that have distinct names
// are compared by name, others by place, after what is equal at both ends.
void fields_compare(const struct node *a, const struct node *b, fields_found found, void *data);

#endif
