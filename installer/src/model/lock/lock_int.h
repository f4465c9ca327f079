// SPDX-License-Identifier: Apache-2.0
// Between the files of model/lock.
#ifndef MODEL_LOCK_LOCK_INT_H
#define MODEL_LOCK_LOCK_INT_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/lock.h"

#define LOCK_API_VERSION "sandstrap.dev/v1alpha3"
#define LOCK_KIND "Lock"

struct lock {
    struct arena *arena;
    struct span entrypoint;
    struct span origin;
    VEC(struct span) platforms;
    VEC(struct lock_entry) entries;
    struct map places; // kind, name and ref to the place in `entries`, counted from 1
    struct span kube_version;
    VEC(struct lock_decision) decisions;
    struct map decided; // texts of the decisions
};

// Adds a platform at its place in the order; one that is there already changes nothing.
void lock_add_platform(struct lock *l, struct span platform);

// The kind with that name; false when there is none.
bool lock_kind_of(struct span text, enum lock_kind *kind);
bool lock_question_of(struct span text, enum lock_question *question);

// --- decisions.c ---

// The list as a lock has it, in `d`.
struct node *lock_decisions_node(struct doc *d, const struct lock *l);

#endif
