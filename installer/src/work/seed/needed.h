// SPDX-License-Identifier: Apache-2.0
// What a node needs of a bundle: everything but the GitOps tree and what is for other platforms.
#ifndef WORK_SEED_NEEDED_H
#define WORK_SEED_NEEDED_H

#include <stddef.h>

#include "base/span.h"
#include "model/bundle.h"
#include "model/seed.h"

// For nodes of these platforms ("linux/amd64"): sorted by digest. `blobs` starts with {0}.
void needed_find(const struct bundle *b, const struct span *platforms, size_t platform_count,
                 struct seed_blobs *blobs);
uint64_t needed_bytes(const struct seed_blobs *blobs);

#endif
