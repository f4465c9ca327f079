// SPDX-License-Identifier: Apache-2.0
// What is counted, in Prometheus' text format (version 0.0.4).
#ifndef WORK_SERVE_METRICS_H
#define WORK_SERVE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/httpd.h"

struct serve_content;

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
void metrics_count(struct metrics *m, const struct httpd_request *r, const char *kind,
                   bool missing);

// What is not counted here.
struct metrics_now {
    const struct httpd_counts *connections;
    const struct serve_content *content;
    size_t retired;       // what was before it, and still answers
    uint64_t log_dropped; // lines of the access log
};
void metrics_format(const struct metrics *m, const struct metrics_now *now, struct buf *out);

#endif
