// SPDX-License-Identifier: Apache-2.0
// Building the entrypoint from disk, with a record of what was read.
#ifndef WORK_ARTIFACTS_TREE_DISK_H
#define WORK_ARTIFACTS_TREE_DISK_H

#include "work/artifacts/fetch/sources.h"
#include "work/artifacts/tree/reads.h"

// A folder as a tree has it: with the real path of the disk, or (with `files`, a tree in memory
// that has the disk's paths) by its name.
struct disk_folder {
    const char *name;
    struct kustomize_tree *files; // or NULL
};

// Renders a folder. `reads` (initialised here, the caller frees it, also on failure) has
// the files that were read.
int disk_render(const struct disk_folder *entrypoint, struct sources *sources,
                struct report *report, struct reads *reads, struct kustomize_tree **tree,
                struct kustomize_result *result, struct err **err) MUST_CHECK;

// The entrypoint's folder as seen from the root of the record: "clusters/sandbox". The caller
// frees it. ERR_CONFIG.
char *disk_entrypoint(struct reads *reads, const struct disk_folder *entrypoint, struct err **err)
    MUST_CHECK;

#endif
