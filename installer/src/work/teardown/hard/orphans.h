// SPDX-License-Identifier: Apache-2.0
// Helm releases whose HelmRelease is gone: nobody uninstalls them any more. They are taken down
// from their own records, by the rules of `helm uninstall` (helm.sh/helm/v4
// pkg/action/uninstall.go), but for hooks, which need Helm to run.
#ifndef WORK_TEARDOWN_HARD_ORPHANS_H
#define WORK_TEARDOWN_HARD_ORPHANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/record/snapshot.h"
#include "model/kube.h"
#include "work/teardown.h"

// An object that bears the labels of a release.
struct orphan_object {
    struct identity id;
    const char *version, *uid;
    bool is_kept; // by helm.sh/resource-policy
};

// A release without its HelmRelease.
struct orphan {
    struct identity release; // the HelmRelease that is gone, by the labels that helm-controller
                             // puts on all that it installs
    const char *ns, *name;   // where its records are, and its name; NULL, NULL: they are gone too
    bool is_unreadable;      // nobody can tell from its records what it installed
    const char *status;      // of its newest record: "deployed", "uninstalling", …
    int64_t version;         // of that one
    VEC(struct orphan_object) objects; // that bear its labels, when records do not tell
};

struct orphans_options {
    struct kube *kube;
    struct report *report;
    const struct snapshot *before; // a release that was there before is not ours; NULL: unknown
    // Whether a HelmRelease of this name is one of those that are taken down. NULL: all are.
    bool (*is_ours)(void *data, const struct identity *release);
    // Whether an object stays, though its release goes: data, what somebody else needs. NULL: none.
    bool (*stays)(void *data, const struct identity *object);
    void *data;
};

struct orphans {
    VEC(struct orphan) list; // in the arena: do not free
};

// Finds them. Releases that somebody else installed, without helm-controller, are none. With
// `by_labels` also those whose records are gone, and what those installed whose records are not
// understood: one list of names for each kind that is served.
// Reads only. Blocks. ERR_API, ERR_CANCELLED.
int orphans_find(const struct orphans_options *options, bool by_labels, struct arena *arena,
                 struct orphans *found, struct err **err) MUST_CHECK;

// How one is taken down; all of it in the arena.
struct orphan_plan {
    // Of TEARDOWN_ORPHANS, by wave from 0 on: what of its manifest, and of its hooks, is there and
    // bears its labels, kind by kind; then its records. Definitions, namespaces and objects of Flux
    // are not among them: they go in phases of their own, when nothing needs them any more.
    VEC(struct teardown_step) steps;
    VEC(struct teardown_kept) kept;
    const char *hooks; // that Helm would have run: "pre-delete Job clean-up, …", or NULL
};

// Plans it, by one read for each object. Reads only. Blocks. ERR_API, ERR_CANCELLED.
int orphans_plan(const struct orphans_options *options, const struct orphan *orphan,
                 struct arena *arena, struct orphan_plan *plan, struct err **err) MUST_CHECK;

#endif
