// SPDX-License-Identifier: Apache-2.0
// Getting the blobs of images and charts, several at a time, straight into their place in the
// bundle.
#ifndef WORK_ARTIFACTS_BUNDLE_DOWNLOAD_H
#define WORK_ARTIFACTS_BUNDLE_DOWNLOAD_H

#include "base/arena.h"
#include "base/report.h"
#include "base/vec.h"
#include "model/bundle.h"
#include "model/oci.h"

#define DOWNLOAD_IN_FLIGHT 6

struct download {
    struct oci_ref ref;
    struct digest digest;
    uint64_t size;
    size_t blob;   // of the plan
    bool is_layer; // of images, and nothing else: only nodes read it
};

typedef VEC(struct download) downloads;

// Gets those that the writer does not have yet. The first failure ends all. ERR_SOURCE,
// ERR_INTEGRITY, ERR_CANCELLED. Blocks.
int download_all(struct loop *loop, struct http *h, struct oci *oci, struct bundle_writer *w,
                 const downloads *list, struct report *report, struct err **err) MUST_CHECK;

// Takes those that an older bundle has from there, verified.
void download_reuse(struct bundle_writer *w, const downloads *list, const struct bundle *old);

#endif
