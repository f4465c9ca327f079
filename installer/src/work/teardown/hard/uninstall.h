// SPDX-License-Identifier: Apache-2.0
// What Helm would delete for a release, and in which order. Pure.
#ifndef WORK_TEARDOWN_HARD_UNINSTALL_H
#define WORK_TEARDOWN_HARD_UNINSTALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

// One object of a manifest, or of a hook. The node is borrowed from the doc.
struct uninstall_object {
    const struct node *node;
    bool is_hook;
    bool is_kept; // by helm.sh/resource-policy
    int rank;     // see uninstall_rank()
    size_t place; // in the record
};

struct uninstall {
    VEC(struct uninstall_object) objects; // in their order
    VEC(const char *) hooks;              // that Helm would have run: "pre-delete Job clean-up"
};

// Reads the objects of a release record into `d`; `u` lives in the doc's arena. ERR_API: its
// manifest is not understood.
int uninstall_read(const struct node *record, struct doc *d, struct uninstall *u, struct err **err)
    MUST_CHECK;

// Objects of one rank go at the same time, lower ranks first: the order of Helm
// (helm.sh/helm/v4 pkg/release/v1/util/kind_sorter.go UninstallOrder), from 1 on. Kinds that Helm
// does not know have 0: there they come last, and nobody handles their finalizers any more when
// the operator has gone with its release; here whoever does is still at work.
#define UNINSTALL_RANKS 38
int uninstall_rank(struct span kind);

#endif
