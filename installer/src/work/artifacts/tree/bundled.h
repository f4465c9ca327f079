// SPDX-License-Identifier: Apache-2.0
// The GitOps tree in a bundle: written from the record of a build, read as a tree in memory,
// rendered, and held against the tree on disk.
#ifndef WORK_ARTIFACTS_TREE_BUNDLED_H
#define WORK_ARTIFACTS_TREE_BUNDLED_H

#include "work/artifacts/fetch/sources.h"
#include "work/artifacts/tree/reads.h"

struct bundled {
    const char *entrypoint; // "/clusters/sandbox"
    struct kustomize_tree *tree;
    struct arena *arena;
    struct map entries; // "/path" to what is there
};

// A tar of the files and links of the record, as a bundle has it; appended to `out`.
int bundled_write(struct reads *reads, struct buf *out, struct err **err) MUST_CHECK;

// Reads the tree that a bundle has. ERR_INTEGRITY; the caller frees *t, also on failure.
int bundled_load(struct bundled *t, const struct bundle *b, struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct bundled`.
void bundled_free(struct bundled *t);

// Renders it from its entrypoint; the kinds of kustomize_build().
int bundled_render(const struct bundled *t, struct sources *sources, struct report *report,
                   struct kustomize_result *result, struct err **err) MUST_CHECK;

// Whether a build from disk read exactly the files and links of it: else ERR_CONFIG with the first
// one that differs.
int bundled_compare(const struct bundled *t, const struct bundle *b, struct reads *reads,
                    struct err **err) MUST_CHECK;

// Renders the tree in such a tar from its entrypoint; and ERR_INTERNAL unless that gives what the
// rendering from disk gave.
int bundled_check_archive(struct span tar, const char *entrypoint, struct sources *sources,
                          const struct kustomize_result *disk, struct err **err) MUST_CHECK;

// Whether the tree in a bundle can be read, and has its entrypoint. ERR_INTEGRITY.
int bundled_check(const struct bundle *b, const struct bundle_artifact *artifact, struct err **err)
    MUST_CHECK;

// The lock that a bundle could be of: all that it holds, by digest or commit. The caller's.
struct lock *bundled_lock(const struct bundle *b) MUST_CHECK RETURNS_NONNULL;

#endif
