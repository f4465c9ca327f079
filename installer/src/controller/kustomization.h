// SPDX-License-Identifier: Apache-2.0
// What kustomize-controller (Flux 2.9) would apply for a Flux Kustomization, by its own steps: a
// kustomization is generated where none is, the object's fields are merged INTO the path's own
// kustomization (patches behind its own, images by name, components relative to the path), that is
// built, variables are substituted, and labels are added. Pure: files come from a tree, what is
// remote from a resolver. docs/internals/flux-kustomizations.md has it all.
#ifndef CONTROLLER_KUSTOMIZATION_H
#define CONTROLLER_KUSTOMIZATION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/cancel.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/report.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/kustomize.h"

struct kustomization_options {
    const struct node *kustomization;    // the object of Flux
    struct kustomize_tree *artifact;     // of its source, in memory (kustomize_tree_list())
    struct kustomize_resolver *resolver; // remote bases; NULL: there are none to be had
    struct report *report;               // may be NULL
    const struct cancel *cancel;         // may be NULL
    bool track_transformers;             // fill in kustomize_object.touched
    bool strict; // as with the controller's gate StrictPostBuildSubstitutions, which is off
    // The ConfigMap or Secret of spec.postBuild.substituteFrom as it will be in the cluster, or
    // NULL when nothing that is known makes it. May be NULL itself.
    const struct node *(*find)(void *data, const struct identity *id);
    void *data;
    struct arena *arena; // for the notes, and the list of them
};

// What was not done, or was decided, and whoever relies on the result has to know.
struct kustomization_note {
    const char *field; // "spec.decryption"; "kustomization" for the file in the path
    const char *text;
};

typedef VEC(struct kustomization_note) kustomization_notes; // in the arena: never freed

// Builds. *result is as of kustomize_build(), its objects as they are applied; `sorted` is the
// order in which the controller applies them. Notes are appended. ERR_CONFIG with Flux's own reason
// where Flux refuses, else the kinds of kustomize_build().
int kustomization_build(const struct kustomization_options *options,
                        struct kustomize_result *result, kustomization_notes *notes,
                        struct err **err) MUST_CHECK;

// The entry of status.inventory for an object, "<namespace>_<name>_<group>_<kind>", appended. An
// object without a namespace (kustomize_object.cluster_scoped) has none in the entry either.
void kustomization_inventory_id(const struct identity *id, struct buf *out);

// --- what stands between "${" and "}" (github.com/fluxcd/pkg/envsubst) ---

// The value of a variable, *value; false when it has none. Without `strict` one without a value is
// "".
typedef bool (*kustomization_variable)(void *data, struct span name, struct span *value);

// Appends `text` with its variables substituted. ERR_CONFIG in the words of the controller.
int kustomization_substitute(struct span text, bool strict, kustomization_variable variable,
                             void *data, struct buf *out, struct err **err) MUST_CHECK;

#endif
