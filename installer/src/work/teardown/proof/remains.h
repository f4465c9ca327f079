// SPDX-License-Identifier: Apache-2.0
// What is in the cluster now and was not there before: read, attributed, and gathered below the
// namespaces that remain themselves.
#ifndef WORK_TEARDOWN_PROOF_REMAINS_H
#define WORK_TEARDOWN_PROOF_REMAINS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "cluster/record/snapshot.h"
#include "io/doc.h"
#include "model/kube.h"
#include "work/teardown.h"

#define REMAINS_GOING_MS                                                                           \
    45000 // for pods that end, volumes, and what the garbage collector is to take

struct remain {
    struct identity id;
    const char *uid;
    const struct node *object; // its metadata; all of it where leftovers_why.c asks for it
    bool is_replaced;          // one of this name was there before
    bool is_others;            // somebody else's, made since then
    bool is_gone;              // while it was looked at
    struct remain *home;       // the namespace it is in, if that remains too
    // Of a namespace: how many are in it, and the first of them by name.
    size_t held;
    struct buf names;
};

struct remains {
    struct loop *loop;
    struct kube *kube;
    struct arena *arena;              // of all texts that are handed on
    struct doc *doc;                  // of the objects
    const struct snapshot *before;    // or NULL
    const struct teardown_plan *kept; // or NULL
    struct snapshot *now;
    VEC(struct remain *) items;
    struct map uids; // of everything that is there now
};

// Fills it in; the caller has set the fields from `loop` to `kept`. Waits for what is only on its
// way. Blocks. ERR_API, ERR_CANCELLED.
int remains_find(struct remains *r, struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct remains`.
void remains_free(struct remains *r);

// Reads the whole of one into r->doc, and notes when it is gone by now. Blocks.
int remains_read(struct remains *r, struct remain *it, struct err **err) MUST_CHECK;

// Whether it is the record itself, or part of it.
bool remains_is_record(const struct remains *r, const struct identity *id);
// The namespace that remains under this name, or NULL.
struct remain *remains_namespace(const struct remains *r, struct span name);

// Says whose each one is (remains_whose.c).
void remains_attribute(struct remains *r);
// Whether it bears marks of sandstrap or Flux (remains_marks.c): what counts when nothing is known
// of before.
bool remains_is_marked(const struct node *object);

#endif
