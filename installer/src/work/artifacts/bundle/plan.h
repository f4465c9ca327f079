// SPDX-License-Identifier: Apache-2.0
// What goes into a bundle: artifacts and their blobs, those that are in memory already and those
// that are still to be downloaded.
#ifndef WORK_ARTIFACTS_BUNDLE_PLAN_H
#define WORK_ARTIFACTS_BUNDLE_PLAN_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/bundle.h"
#include "model/lock.h"
#include "work/artifacts/bundle/download.h"
#include "work/artifacts/fetch/registry.h"
#include "work/artifacts/fetch/repository.h"
#include "work/artifacts/fetch/sources.h"

#define PLAN_SMALL_MAX_BYTES ((size_t)1 << 30) // of one file or tree, which are kept in memory

// Bytes that are in memory, and the blob that they are.
struct plan_piece {
    size_t blob;
    struct span data;
};

struct plan {
    struct bundle_plan *bundle;
    struct arena *arena;
    VEC(struct plan_piece) pieces;
    downloads downloads;
};

// For the bundle of a lock.
void plan_init(struct plan *p, const struct lock *lock);
// Also a CLEANUP for variables of type `struct plan`.
void plan_free(struct plan *p);

// Adds bytes, which live in the plan's arena; the blob that they are.
size_t plan_piece(struct plan *p, struct span data);

// The tree with the entrypoint `folder`, as a tar, which is copied.
void plan_tree(struct plan *p, const char *folder, struct span tar);
// What an entry of a lock pins, out of `sources`. ERR_SOURCE, ERR_INTEGRITY. Block.
int plan_file(struct plan *p, const struct lock_entry *e, struct sources *sources, struct err **err)
    MUST_CHECK;
int plan_git(struct plan *p, const struct lock_entry *e, struct sources *sources, struct err **err)
    MUST_CHECK;
// A chart of a Helm repository.
int plan_chart(struct plan *p, const struct lock_entry *e, struct repositories *repositories,
               struct err **err) MUST_CHECK;

// --- plan_image.c ---

// An image, or a chart of a registry, for the platforms of `lock`. ERR_SOURCE; ERR_INTEGRITY when
// it is not what the entry pins. Blocks.
int plan_image(struct plan *p, const struct lock_entry *e, const struct registry *registry,
               const struct lock *lock, struct err **err) MUST_CHECK;

#endif
