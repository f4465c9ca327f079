// SPDX-License-Identifier: Apache-2.0
// Helm releases whose HelmRelease is gone: nobody uninstalls them any more. They are uninstalled
// here from their own records, by the rules of `helm uninstall` (helm.sh/helm/v4
// pkg/action/uninstall.go), but for hooks, which need Helm to run.
#ifndef WORK_TEARDOWN_ORPHANS_H
#define WORK_TEARDOWN_ORPHANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/record/snapshot.h"
#include "io/doc.h"
#include "model/kube.h"

// A release without its HelmRelease.
struct orphan {
    struct identity release; // the HelmRelease that is gone, by the labels that helm-controller
                             // puts on all that it installs
    const char *ns, *name;   // of the Helm release: where its Secrets are; NULL, NULL: they are
                             // gone too, and only objects that bear the labels are left
    const char *status;      // of its newest record: "deployed", "uninstalling", …
    size_t records;          // Secrets
    size_t objects;          // that bear its labels, when there are no Secrets
};

struct orphans_options {
    struct loop *loop;
    struct kube *kube;
    struct report *report;
    struct budget budget;
    const struct snapshot *before; // a release that was there before is not ours; NULL: unknown
    // Whether a HelmRelease of this name was one of those that are taken down. NULL: all are.
    bool (*is_ours)(void *data, const struct identity *release);
    void *data;
    bool claims; // PersistentVolumeClaims and PersistentVolumes of a manifest go too
};

struct orphans {
    VEC(struct orphan) list; // in the arena: do not free
};

// Finds them. Releases that Helm or somebody else installed without helm-controller are none. With
// `by_labels` also those whose Secrets are gone: one list of names for each kind that is served.
// Reads only. Blocks. ERR_API, ERR_CANCELLED.
int orphans_find(const struct orphans_options *options, bool by_labels, struct arena *arena,
                 struct orphans *found, struct err **err) MUST_CHECK;

// What came of one.
struct orphan_result {
    size_t removed;
    // Of these there may be none; texts and identities live in the arena of the call.
    VEC(struct identity) kept;    // by helm.sh/resource-policy, or claims
    VEC(struct identity) foreign; // objects of its manifest that bear somebody else's labels
    VEC(struct identity) waiting; // being deleted when the budget was over: with finalizers
};

// Uninstalls one: says which hooks do not run, deletes what of its manifest (and of its hooks) is
// there and bears its labels, kind by kind in Helm's order with UID preconditions, waits until all
// of it is gone, then deletes its Secrets. Safe to repeat. Blocks; runs the loop. ERR_TIMEOUT (what
// is still there is in the result, its Secrets stay), ERR_API, ERR_CANCELLED.
int orphans_uninstall(const struct orphans_options *options, const struct orphan *orphan,
                      struct arena *arena, struct orphan_result *result, struct err **err)
    MUST_CHECK;

#endif
