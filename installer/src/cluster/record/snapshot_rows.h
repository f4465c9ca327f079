// SPDX-License-Identifier: Apache-2.0
// What a snapshot is made of, for the files that take it and that write it down.
#ifndef CLUSTER_RECORD_SNAPSHOT_ROWS_H
#define CLUSTER_RECORD_SNAPSHOT_ROWS_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "cluster/record/snapshot.h"

struct snapshot_row {
    const char *ns, *name, *uid, *controller;
};

struct snapshot_kind {
    const char *group, *kind; // kind "*": the whole group, which is unknown
    bool unknown;             // it could not be listed, or only in part
    VEC(struct snapshot_row) rows;
};

struct snapshot {
    struct arena *arena; // of all texts
    VEC(struct snapshot_kind *) kinds;
    struct map by_kind;    // "group/kind"
    struct map namespaces; // their names, each once
    size_t count;          // of rows
};

// The kind, made when it is new.
struct snapshot_kind *snapshot_kind(struct snapshot *s, struct span group,
                                    struct span kind) RETURNS_NONNULL;
// Adds a copy of an object, whose group and kind are those of `kind`.
void snapshot_add(struct snapshot *s, struct snapshot_kind *kind, const struct snapshot_object *o);
// Puts all in order: to be called when the last one was added.
void snapshot_sort(struct snapshot *s);

#endif
