// SPDX-License-Identifier: Apache-2.0
// From objects to what they reach: sources, charts, images, and through Flux Kustomizations and
// umbrella charts to further objects. Everything found is resolved and added to a lock.
#ifndef WORK_ARTIFACTS_WALK_H
#define WORK_ARTIFACTS_WALK_H

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/lock.h"
#include "model/oci.h"
#include "work/artifacts/sources.h"

// An object, and where it came from.
struct walk_object {
    const struct node *node;
    struct span group, kind, ns, name;
    const char *label; // "HelmRelease flux-system/x", for usedBy and messages
};

struct walk {
    struct http *http;
    struct sources *sources;
    struct oci *oci;
    struct lock *lock;
    struct report *report;
    struct arena *arena;
    VEC(struct walk_object) objects;       // all found so far; more are added while walking
    VEC(struct kustomize_result *) builds; // of Flux Kustomizations; they own the nodes
    struct map missing_images;             // named by charts, and not to be had
    struct map kustomizations;             // namespace/name of those that were followed
    bool frozen;                           // nothing may be found that is not in the lock already
};

// Walks from the objects of a build to all that they reach, and adds it to `lock`. With `frozen`,
// what is not in the lock is ERR_CONFIG instead, and nothing is resolved anew. Kinds as for
// artifacts_lock(). Blocks.
struct walk_options {
    struct http *http;
    struct sources *sources;
    struct oci *oci;
    struct lock *lock;
    struct report *report;
    bool frozen;
};
int walk_run(const struct walk_options *options, const struct kustomize_result *tree,
             struct err **err) MUST_CHECK;

// Adds the objects of a build; `result` must outlive the walk.
void walk_add(struct walk *w, const struct kustomize_result *result);

// ERR_CONFIG: something that the tree reaches is not in the lock.
int walk_not_locked(const char *what, struct span name, const char *user, struct err **err);

// The object of that kind and name; `ns` is that of the reference, or of the object that refers.
const struct walk_object *walk_find(const struct walk *w, const char *kind, struct span ns,
                                    struct span name);

// Adds a git repository that is in use; resolves and fetches it.
struct sources_git *walk_git(struct walk *w, struct span url, const char *ref, const char *user,
                             struct err **err) MUST_CHECK;

// --- images.c ---

// Adds an image. With `may_fail`, one that cannot be resolved is a warning: its name was found in
// data, not in an object.
int walk_image(struct walk *w, struct span reference, const char *user, bool may_fail,
               struct err **err) MUST_CHECK;
// Adds the images of an object's pod template, if it has one.
int walk_pod_images(struct walk *w, const struct walk_object *object, struct err **err) MUST_CHECK;

// --- kustomization.c ---

// The reference of a GitRepository's spec.ref for git_resolve(), in the arena. ERR_CONFIG.
const char *flux_git_ref(struct walk *w, const struct walk_object *repository, struct err **err)
    MUST_CHECK;
// Builds what a Flux Kustomization applies, and adds its objects.
int flux_kustomization(struct walk *w, const struct walk_object *object, struct err **err)
    MUST_CHECK;

// --- folder.c ---

typedef VEC(const char *) flux_paths;

// What the folder `root` of a git tree stands for as `resources`: itself when it has a
// kustomization file, else the manifests and kustomizations below it. `ignores`: its source has a
// spec.ignore. The paths are absolute and live as long as the walk. ERR_UNSUPPORTED.
int flux_folder(struct walk *w, struct kustomize_tree *tree, const char *root, bool ignores,
                flux_paths *out, struct err **err) MUST_CHECK;

// --- release.c ---

// Follows a HelmRelease to its chart, and an umbrella's packages.
int release_walk(struct walk *w, const struct walk_object *object, struct err **err) MUST_CHECK;
// Whether a map of an umbrella's values is a package: it has a source.
bool release_is_package(const struct node *map);

#endif
