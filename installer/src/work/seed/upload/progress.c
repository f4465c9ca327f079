// SPDX-License-Identifier: Apache-2.0
// Totals, rate, time left.
#include "work/seed/upload/progress.h"

#include <inttypes.h>

#include "base/timer.h"

#define MB ((uint64_t)1000000)

// One decimal where that is much of the whole.
static void add_megabytes(uint64_t bytes, struct buf *out)
{
    if (bytes < 100 * MB)
        buf_printf(out, "%" PRIu64 ".%" PRIu64, bytes / MB, bytes % MB / (MB / 10));
    else
        buf_printf(out, "%" PRIu64, bytes / MB);
}

// Half of it is what came since the last time: a link that slows down shows, a hiccup does not.
// What was lost since then is no rate.
static void measure(struct upload_progress *p)
{
    int64_t took = p->now - p->then;
    uint64_t came = p->then_left > p->left_bytes ? p->then_left - p->left_bytes : 0;
    uint64_t of_late;

    if (took <= 0)
        return;
    of_late = came * 1000 / (uint64_t)took;
    p->rate = p->rate ? (p->rate + of_late) / 2 : of_late;
    p->then = p->now;
    p->then_left = p->left_bytes;
}

void upload_progress_tell(struct upload_progress *p, struct buf *out)
{
    char left[32];

    measure(p);
    add_megabytes(p->total_bytes - p->left_bytes, out);
    buf_add_str(out, " of ");
    add_megabytes(p->total_bytes, out);
    buf_add_str(out, " MB, ");
    add_megabytes(p->rate, out);
    buf_add_str(out, " MB/s, ");
    if (p->rate)
        buf_printf(out, "%s left; ", timer_format((int64_t)(p->left_bytes * 1000 / p->rate), left));
    buf_printf(out, "%zu of %zu blobs", p->total_blobs - p->left_blobs, p->total_blobs);
}
