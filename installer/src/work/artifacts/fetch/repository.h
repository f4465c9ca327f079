// SPDX-License-Identifier: Apache-2.0
// Helm repositories over https: their indexes, each read once, and the archives that these name,
// behind the content cache.
#ifndef WORK_ARTIFACTS_FETCH_REPOSITORY_H
#define WORK_ARTIFACTS_FETCH_REPOSITORY_H

#include "base/report.h"
#include "io/http.h"
#include "model/chart.h"

struct repositories;

// All repositories; `h` and `report` (may be NULL) are borrowed.
struct repositories *repositories_new(struct http *h, struct report *report)
    MUST_CHECK RETURNS_NONNULL;
void repositories_free(struct repositories *r); // NULL-safe
CLEANUP_DEFINE(repositories_cleanup, struct repositories, repositories_free);

// Appends the versions of a chart, as chart_index_versions() does; its version is not looked at.
// Kinds as below. Blocks.
int repositories_versions(struct repositories *r, const struct chart_name *name,
                          chart_versions *out, struct err **err) MUST_CHECK;

// Appends the archive of a chart, of that name and version. With a `pin` (may be NULL) it comes
// from the cache when it is there, and is refused when upstream has another one. ERR_SOURCE,
// ERR_INTEGRITY, ERR_UNSUPPORTED; ERR_CONFIG for a URL with credentials, which would be handed on.
// Blocks.
int repositories_archive(struct repositories *r, const struct chart_name *name,
                         const struct digest *pin, struct buf *out, struct err **err) MUST_CHECK;

#endif
