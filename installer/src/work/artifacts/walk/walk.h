// SPDX-License-Identifier: Apache-2.0
// The state of a walk from objects to what they reach, and what every follower of one kind of
// object needs: objects by name, who applies them, git repositories, the lock that grows. follow.h
// drives it.
#ifndef WORK_ARTIFACTS_WALK_WALK_H
#define WORK_ARTIFACTS_WALK_WALK_H

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"
#include "controller/release.h"
#include "model/flux.h"
#include "model/lock.h"
#include "work/artifacts.h"
#include "work/artifacts/fetch/registry.h"
#include "work/artifacts/fetch/repository.h"
#include "work/artifacts/fetch/sources.h"

// What a walk found, and owns.
struct deep_store {
    struct arena *arena;
    VEC(struct kustomize_result *) builds; // of Flux Kustomizations; they own the nodes
    VEC(struct release_result *) results;  // of releases, likewise
    VEC(struct release_values *) values;
    VEC(struct doc *) docs;       // of what was made up
    struct map charts;            // struct chart, by where they come from
    struct kustomize_result tree; // empty when it is somebody else's
};

// What the walk waits for before it goes on.
enum walk_patience {
    WALK_WAITS,      // for what an applier depends on, and for what it reads
    WALK_NO_DEPENDS, // only for what it reads
    WALK_LAST,       // for nothing: nothing more can come
};

// What a release came to in one of the passes.
struct finished {
    const char *label;             // of the HelmRelease
    struct digest of;              // chart, HelmRelease and values
    struct release_result *result; // trimmed, unless the walk keeps all
    size_t versions;               // how many versions of the API it was told that the tree has
    VEC(struct span) unknown;      // keys of w->scopes that were asked for, and had none
    bool is_between;               // of no pass just now: the walk has it, and no result of a walk
};

enum { WALK_LATER = 1 }; // of a follower: not yet

struct walk {
    struct registry registry;
    struct repositories *repositories;
    struct sources *sources;
    struct lock *lock;
    struct report *report;
    struct arena *arena;             // of the result
    struct deep *deep;               // the result; its objects grow while walking
    struct map places;               // identity_key() to the place in its objects, counted from 1
    VEC(struct deep_object) doubles; // that are there already, with another content
    struct map decided;              // texts of decisions to their places, counted from 1
    struct map api_versions; // "group/version" and "group/version/Kind" of definitions of the tree
    struct map scopes;       // "group Kind" of those definitions
    unsigned pass;           // counted from 1
    struct map finished;     // struct finished, by the labels of HelmReleases
    // What the release that is being rendered was told of definitions: how many versions, and kinds
    // without one.
    size_t api_version_count;
    VEC(struct span) unknown_scopes;
    struct map ahead;          // struct oci_wanted that were asked for before they are needed
    struct map missing_images; // named by texts, and not to be had
    struct map done;           // identity_key() of the appliers that were followed
    bool frozen;               // nothing may be found that is not in the lock already
    bool track_reads, track_transformers, keep; // see artifacts_deep_options
    struct artifacts_gaps *gaps; // frozen, and what is not in the lock is noted here; else NULL
    struct arena *gaps_arena;
    struct arena *own_arena; // of what stays from one try to the next
    bool noted;              // the error that is on its way is a gap that was noted
    enum walk_patience patience;
    const struct deep_object *asker; // whose values are being composed
    bool has_missed;                 // something that it reads was not there
};

// Starts anew: what definitions bring, charts and what releases came to stay. Frees what
// walk_take() did not take.
void walk_begin(struct walk *w, struct span kube_version);
// The result is the caller's from now on.
struct deep *walk_take(struct walk *w) MUST_CHECK;
// Also a CLEANUP for variables of type `struct walk`; what it was given stays the caller's.
void walk_free(struct walk *w);

// Who applies what comes next; `object` is NULL for the tree.
struct deep_by *walk_applier(struct walk *w, enum deep_kind kind, const struct deep_object *object,
                             const char *source);

// Adds an object. One that is there already only gains who applies it.
void walk_add(struct walk *w, const struct deep_object *from);
// Adds the objects of the entrypoint's build, which must outlive the walk's result.
void walk_add_tree(struct walk *w, const struct kustomize_result *result, const char *entrypoint);
// Adds those of a Flux Kustomization, in its layer.
void walk_add_build(struct walk *w, const struct deep_by *by, const char *layer,
                    const struct kustomize_result *result);

// That object, or NULL. It may move when objects are added.
const struct deep_object *walk_find(const struct walk *w, const struct identity *id);
// The source that an object of Flux names. ERR_CONFIG when it is not in the tree.
const struct deep_object *walk_find_source(const struct walk *w, const struct deep_object *object,
                                           struct err **err) MUST_CHECK;

// What people call a source: "git https://… at tag/1.0"; and where a release or HelmChart has its
// chart from. In the arena.
const char *walk_source_text(struct walk *w, const struct deep_object *source) MUST_CHECK;
const char *walk_chart_text(struct walk *w, const struct deep_object *object) MUST_CHECK;

// Notes what depends on a cluster, once each; texts are copied. What .Capabilities answer is one
// decision of its user, and counts the places that ask.
void walk_decide(struct walk *w, enum lock_question question, const char *user, const char *where,
                 const char *asked, const char *assumed);

// Adds a git repository that is in use; resolves and fetches it. `ref` is as git_resolve() takes
// it.
struct sources_git *walk_git(struct walk *w, struct span url, const char *ref, const char *user,
                             struct err **err) MUST_CHECK;
// The same for a GitRepository.
struct sources_git *walk_git_repository(struct walk *w, const struct deep_object *repository,
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
