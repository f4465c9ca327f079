// SPDX-License-Identifier: Apache-2.0
// Building the entrypoint from disk, with a record of what was read.
#ifndef WORK_ARTIFACTS_RENDER_H
#define WORK_ARTIFACTS_RENDER_H

#include "work/artifacts/record.h"
#include "work/artifacts/sources.h"

// Renders a folder on disk. `record` (initialised here, the caller frees it, also on failure) has
// the files that were read.
int render_disk(const char *entrypoint, struct sources *sources, struct report *report,
                struct record *record, struct kustomize_tree **tree,
                struct kustomize_result *result, struct err **err) MUST_CHECK;

// The entrypoint's folder as seen from the root of the record: "clusters/sandbox". The caller
// frees it. ERR_CONFIG.
char *render_entrypoint(struct record *record, const char *entrypoint, struct err **err) MUST_CHECK;

// A tar of the files and links of the record, as a bundle has it; appended to `out`.
int render_archive(struct record *record, struct buf *out, struct err **err) MUST_CHECK;

// Renders the tree in such a tar from its entrypoint; and ERR_INTERNAL unless that gives what the
// rendering from disk gave.
int render_check_archive(struct span tar, const char *entrypoint, struct sources *sources,
                         const struct kustomize_result *disk, struct err **err) MUST_CHECK;

// Whether the tree in a bundle can be read, and has its entrypoint. ERR_INTEGRITY.
int render_check_bundled(const struct bundle *b, const struct bundle_artifact *artifact,
                         struct err **err) MUST_CHECK;

#endif
