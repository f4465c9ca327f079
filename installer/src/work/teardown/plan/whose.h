// SPDX-License-Identifier: Apache-2.0
// Whose an object is: ours to take down, the cluster's own, somebody else's, or there before the
// first `up` (docs/internals/teardown.md). In doubt it is not ours.
#ifndef WORK_TEARDOWN_PLAN_WHOSE_H
#define WORK_TEARDOWN_PLAN_WHOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "cluster/graph/layer.h"
#include "cluster/record/snapshot.h"
#include "model/journal.h"
#include "work/teardown/plan/census.h"

enum whose {
    WHOSE_UNKNOWN,
    WHOSE_OURS,
    WHOSE_CLUSTER,  // Kubernetes makes it anew, or it goes with what it belongs to
    WHOSE_BEFORE,   // there before the first `up`, or adopted by one
    WHOSE_SOMEBODY, // made by somebody with another tool
};

// How an object came to be ours.
enum whose_way {
    WHOSE_APPLIED, // by an `up`
    WHOSE_GROWN,   // a HelmRelease or Kustomization of ours made it
    WHOSE_OWNED,   // it belongs to an object of ours
    WHOSE_PROGRAM, // a program of ours made it
};

enum { WHOSE_NO_LAYER = -1 };

struct whose_object {
    enum whose whose;
    enum whose_way way;
    int layer;       // index in struct whose_table.layers, or WHOSE_NO_LAYER
    const char *why; // in a few words: "made by HelmRelease bigbang/bigbang"
    bool is_known;   // false: not looked at yet
    bool is_asked;   // it is being looked at
};

struct whose_table {
    struct census *census;
    const struct journal *journal; // NULL: there is no record, or nothing in it
    const struct snapshot *before; // NULL: unknown
    VEC(const char *) layers;      // all names, in order
    struct map tree;               // identity_key() to layer index + 1
    struct whose_object *objects;  // one for each of the census
};

// All borrowed, for as long as the table; `tree` may be NULL.
void whose_open(struct whose_table *t, struct census *census, const struct journal *journal,
                const struct snapshot *before, const struct layers *tree);
// Also a CLEANUP for variables of type `struct whose_table`.
void whose_close(struct whose_table *t);

// Of the object with this index in the census. Valid as long as the table.
const struct whose_object *whose_of(struct whose_table *t, size_t index);
bool whose_is_ours(struct whose_table *t, size_t index);

// Whether a HelmRelease or Kustomization that is gone was ours.
bool whose_was_ours(struct whose_table *t, const struct identity *id, int *layer);

// The index of a layer by its name, or WHOSE_NO_LAYER.
int whose_layer(const struct whose_table *t, const char *name);

#endif
