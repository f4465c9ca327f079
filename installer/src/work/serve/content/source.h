// SPDX-License-Identifier: Apache-2.0
// One artifact of a bundle on its way into what is served.
#ifndef WORK_SERVE_CONTENT_SOURCE_H
#define WORK_SERVE_CONTENT_SOURCE_H

#include "work/serve/content/content.h"

struct adding {
    struct serve_content *content;
    struct content_source *source;
    const struct bundle_artifact *artifact;
};

// Its blob number `at`.
const struct bundle_blob *source_blob(const struct adding *a, size_t at);

// Whether that is there; only of a source that is not whole it may be missing.
bool source_has(const struct adding *a, size_t at);

// Notes a host as one that is served; as it is looked up, in the arena.
struct span source_add_host(struct serve_content *c, struct span host);

// One function for each kind; where a name is there already, it is not put in its place. Errors are
// ERR_INTEGRITY.
int source_add_oci(struct adding *a, struct err **err) MUST_CHECK;
int source_add_file(struct adding *a, struct err **err) MUST_CHECK;
int source_add_git(struct adding *a, struct err **err) MUST_CHECK;
int source_add_chart(struct adding *a, struct err **err) MUST_CHECK;

// Writes the index of each Helm repository to which charts were added. ERR_INTEGRITY for one that
// would be too large to be read.
int source_write_indexes(struct serve_content *c, struct err **err) MUST_CHECK;

// When all artifacts are there: joins the packs of repositories that have several pins. Reads them.
int source_join_gits(struct serve_content *c, struct err **err) MUST_CHECK;

#endif
