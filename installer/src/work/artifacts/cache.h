// SPDX-License-Identifier: Apache-2.0
// The content cache: what was fetched before, by digest or commit, so that nothing pinned is
// fetched twice. Content is verified again by whoever reads it; a bad entry counts as absent.
#ifndef WORK_ARTIFACTS_CACHE_H
#define WORK_ARTIFACTS_CACHE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

// Appends the entry `<kind>/<key>` to `out`; false when it is not there or cannot be read.
bool cache_get(const char *kind, struct span key, struct buf *out);

// Keeps a copy. A cache that cannot be written is no error: it only does not help.
void cache_put(const char *kind, struct span key, struct span data);

#endif
