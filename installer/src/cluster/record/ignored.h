// SPDX-License-Identifier: Apache-2.0
// What comes and goes by itself in any cluster, and is therefore neither part of a snapshot nor a
// leftover. The table is published in docs/internals/leftovers.md; test_cluster_ignored.c keeps
// both equal.
#ifndef CLUSTER_RECORD_IGNORED_H
#define CLUSTER_RECORD_IGNORED_H

#include <stddef.h>

#include "base/span.h"
#include "io/doc.h"

struct ignored_row {
    const char *group; // "" is core
    const char *kind;  // "*": all of the group
    const char *name;  // NULL: any
    const char *mark;  // key of a label or annotation that it bears; NULL: any
    const char *why;
};

const struct ignored_row *ignored_rows(size_t *count);

// Why a whole kind is left out, or why this object of any kind is (of which metadata is enough);
// NULL: it is not.
const char *ignored_kind(struct span group, struct span kind);
const char *ignored_object(const struct node *object);

#endif
