// SPDX-License-Identifier: Apache-2.0
// Where remote content comes from: one interface over the network (with cache and lock) and over a
// bundle, and the resolver for kustomize on top of it.
#ifndef WORK_ARTIFACTS_FETCH_SOURCES_H
#define WORK_ARTIFACTS_FETCH_SOURCES_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/git.h"
#include "model/kustomize.h"
#include "model/lock.h"
#include "model/oci.h"
#include "work/artifacts.h"

// One repository at one commit; lives as long as its sources.
struct sources_git {
    const char *url;
    const char *ref; // as git_resolve() takes it
    struct git_target target;
    struct digest pack; // of git_pack() of it
    struct git_store *store;
    struct kustomize_tree *tree; // made when first asked for
};

// One file that was asked for.
struct sources_seen {
    const char *url;
    struct digest digest;
    uint64_t size;
};

struct sources;

struct sources_ops {
    // Appends the content of an https file. ERR_SOURCE, ERR_INTEGRITY.
    int (*file)(struct sources *s, const char *url, struct buf *out, struct err **err);
    // Fills in target, pack and store for git->url and git->ref. ERR_SOURCE, ERR_INTEGRITY.
    int (*git)(struct sources *s, struct sources_git *git, struct err **err);
    // Appends the tags of the repository `url` that a range may mean: all that upstream has, or
    // those that are pinned. In `arena`. ERR_SOURCE.
    int (*tags)(struct sources *s, const char *url, struct arena *arena, git_tags *out,
                struct err **err);
    void (*close)(struct sources *s);
};

// A kind of sources starts its own struct with this one.
struct sources {
    struct kustomize_resolver resolver; // of kustomize, on these sources
    const struct sources_ops *ops;
    struct report *report; // borrowed; may be NULL
    bool anew;             // what its lock lacks is had from upstream all the same
    bool handed_on;        // in a lock or a bundle, which must not hold credentials
    bool pinned;           // nothing else than what a lock or a bundle has may be had
    struct arena *arena;
    VEC(struct sources_git *) gits;
    VEC(struct sources_seen) files;     // in the order of asking, once each
    struct map artifacts;               // of source/artifact.c: trees by what they were made of
    VEC(struct kustomize_tree *) trees; // that these are of
};

// Sets up the common part.
void sources_init(struct sources *s, const struct sources_ops *ops);
// Closes any kind. NULL-safe.
void sources_free(struct sources *s);

// A repository, fetched once however often it is asked for. NULL with ERR_SOURCE, ERR_INTEGRITY, or
// ERR_CONFIG for a URL with credentials that would be handed on; the same holds for files.
struct sources_git *sources_git(struct sources *s, const char *url, const char *ref,
                                struct err **err) MUST_CHECK;
// What a range of versions means for the tags of a repository (spec.ref.semver): "tag/<name>"; in
// the arena of `s`. The newest tag that it admits, so that what is pinned stays what was resolved,
// as long as nothing newer is. Kinds of source_pick(), ERR_UNSUPPORTED when two tags may be meant.
const char *sources_git_range(struct sources *s, const char *url, struct span range,
                              struct err **err) MUST_CHECK;
// Pins it in a lock, unless it is there already.
void sources_git_lock(const struct sources_git *git, struct lock *lock, const char *const *users,
                      size_t user_count);
// Its files as a tree for kustomize; "/" is its root.
struct kustomize_tree *sources_git_tree(struct sources_git *git, struct err **err) MUST_CHECK;
// Adds them to a tree in memory below the folder `at` ("" for its root).
int sources_git_add(const struct sources_git *git, struct kustomize_tree *tree, const char *at,
                    struct err **err) MUST_CHECK;
// A file, noted in s->files.
int sources_file(struct sources *s, const char *url, struct buf *out, struct err **err) MUST_CHECK;

// ERR_CONFIG for a URL with credentials in it, which has no place in what is handed on.
int sources_refuse_secrets(const char *text, struct err **err) MUST_CHECK;

// URLs as git and locks name them: without a trailing slash.
const char *sources_git_url(struct arena *arena, struct span url);

// --- from_network.c and from_bundle.c: the two kinds ---

// `lock` may be NULL: then nothing is checked, and everything is asked anew.
struct sources *sources_network(struct loop *loop, struct http *h, const struct lock *lock,
                                struct report *report);
struct sources *sources_bundle(const struct bundle *b);

#endif
