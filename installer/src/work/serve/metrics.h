// SPDX-License-Identifier: Apache-2.0
// What is counted, in Prometheus' text format (version 0.0.4).
#ifndef WORK_SERVE_METRICS_H
#define WORK_SERVE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct serve;
struct ask;

// Kinds and codes are few: what is more than this is not told apart.
#define METRICS_ROWS 128

struct metrics_row {
    const char *kind; // a literal
    int status;
    uint64_t requests, bytes;
};

struct metrics {
    int64_t start; // seconds since 1970
    struct metrics_row rows[METRICS_ROWS];
    size_t count;
    uint64_t missing;
    uint64_t cut; // answers that their client did not take whole
    uint64_t puts, refused;
};

void metrics_init(struct metrics *m);
// A request that has ended.
void metrics_count(struct metrics *m, const struct ask *a);
void metrics_format(const struct serve *s, struct buf *out);

#endif
