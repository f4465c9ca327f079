// SPDX-License-Identifier: Apache-2.0
// A tree for kustomize that remembers which files a build read, and the symbolic links on the way
// to them: exactly these are the GitOps tree that goes into a bundle, and that is compared with
// one.
#ifndef WORK_ARTIFACTS_TREE_READS_H
#define WORK_ARTIFACTS_TREE_READS_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/kustomize.h"

struct read_file {
    const char *path; // absolute within the tree
    struct span content;
};

struct read_link {
    const char *path;   // absolute, and only its last part is a link
    const char *target; // likewise, without links
};

struct reads {
    struct kustomize_tree base;
    struct kustomize_tree *inner; // borrowed
    struct arena *arena;
    struct map seen;  // paths of files and links
    struct map reals; // folders that were looked into for links: path to real path
    VEC(struct read_file) files;
    VEC(struct read_link) links;
};

void reads_init(struct reads *r, struct kustomize_tree *inner);
// Also a CLEANUP for variables of type `struct reads`.
void reads_free(struct reads *r);

// Sorts files and links by path and returns the longest folder that holds them all ("/" at least);
// in the record's arena. Links that lead out of it are dropped: nothing was read through them.
const char *reads_root(struct reads *r);

#endif
