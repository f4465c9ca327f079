// SPDX-License-Identifier: Apache-2.0
// The state of a walk from objects to what they reach, and what every follower of one kind of
// object needs: objects by name, git repositories, the lock that grows. follow.h drives it.
#ifndef WORK_ARTIFACTS_WALK_H
#define WORK_ARTIFACTS_WALK_H

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"
#include "model/flux.h"
#include "model/lock.h"
#include "work/artifacts/registry.h"
#include "work/artifacts/repository.h"
#include "work/artifacts/sources.h"

// An object, and where it came from.
struct walk_object {
    const struct node *node;
    struct identity id;
    const char *label; // "HelmRelease flux-system/x", for usedBy and messages
};

struct walk {
    struct registry registry;
    struct repositories *repositories;
    struct sources *sources;
    struct lock *lock;
    struct report *report;
    struct arena *arena;
    VEC(struct walk_object) objects;       // all found so far; more are added while walking
    VEC(struct kustomize_result *) builds; // of Flux Kustomizations; they own the nodes
    struct map missing_images;             // named by charts, and not to be had
    struct map kustomizations;             // identity_key() of those that were followed
    bool frozen;                           // nothing may be found that is not in the lock already
    struct artifacts_gaps *gaps; // frozen, and what is not in the lock is noted here; else NULL
    struct arena *gaps_arena;
    bool noted; // the error that is on its way is a gap that was noted
};

// Also a CLEANUP for variables of type `struct walk`; what it was given stays the caller's.
void walk_free(struct walk *w);

// Adds the objects of a build; `result` must outlive the walk.
void walk_add(struct walk *w, const struct kustomize_result *result);

// That object, or NULL. It may move when objects are added.
const struct walk_object *walk_find(const struct walk *w, const struct identity *id);
// The source that an object of Flux names. ERR_CONFIG when it is not in the tree.
const struct walk_object *walk_find_source(const struct walk *w, const struct walk_object *object,
                                           struct err **err) MUST_CHECK;

// Adds a git repository that is in use; resolves and fetches it. `ref` is as git_resolve() takes
// it.
struct sources_git *walk_git(struct walk *w, struct span url, const char *ref, const char *user,
                             struct err **err) MUST_CHECK;
// The same for a GitRepository.
struct sources_git *walk_git_repository(struct walk *w, const struct walk_object *repository,
                                        struct err **err) MUST_CHECK;

// ERR_CONFIG: something that the tree reaches is not in the lock.
int walk_not_locked(struct walk *w, const char *what, struct span name, const char *user,
                    struct err **err);

// One more gap, once each.
void walk_note_gap(struct walk *w, enum artifacts_gap_kind kind, const char *what, struct span name,
                   const char *user);
// Whether the walk goes on behind what failed: 0 where gaps are looked for, of which it is one
// then.
int walk_pass_over(struct walk *w, const char *user, struct err **err);

#endif
