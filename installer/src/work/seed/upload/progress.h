// SPDX-License-Identifier: Apache-2.0
// How far an upload is, in words.
#ifndef WORK_SEED_UPLOAD_PROGRESS_H
#define WORK_SEED_UPLOAD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct upload_progress {
    uint64_t total_bytes; // that were lacking at the start
    size_t total_blobs;
    uint64_t left_bytes; // that are now
    size_t left_blobs;
    int64_t now;
    // Of the last time; the caller sets `now_*` to the start before the first.
    int64_t then;
    uint64_t then_left;
    uint64_t rate; // bytes in a second, of late; 0: not known yet
};

// "120 of 3400 MB, 61 MB/s, 54s left; 12 of 300 blobs", and remembers where it is for the next
// time.
void upload_progress_tell(struct upload_progress *p, struct buf *out);

#endif
