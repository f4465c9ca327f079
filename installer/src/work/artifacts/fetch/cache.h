// SPDX-License-Identifier: Apache-2.0
// The content cache: what was fetched before, by digest or commit, so that nothing pinned is
// fetched twice. A bad entry counts as absent.
#ifndef WORK_ARTIFACTS_FETCH_CACHE_H
#define WORK_ARTIFACTS_FETCH_CACHE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/span.h"

// Appends the entry with that digest to `out`, verified; false when it is not there.
bool cache_get_digest(const struct digest *digest, struct buf *out);

// Keeps a copy of what has that digest. A cache that cannot be written is no error: it only does
// not help.
void cache_put_digest(const struct digest *digest, struct span data);

// The same for an entry `<kind>/<key>`, which whoever reads it verifies.
bool cache_get(const char *kind, struct span key, struct buf *out);
void cache_put(const char *kind, struct span key, struct span data);

#endif
