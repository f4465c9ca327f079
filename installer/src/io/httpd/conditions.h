// SPDX-License-Identifier: Apache-2.0
// What a request's conditions and its range come to (RFC 9110 sections 13 and 14). Pure.
#ifndef IO_HTTPD_CONDITIONS_H
#define IO_HTTPD_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct conditions {
    struct span if_match, if_none_match, if_range, range; // header values; "": not there
};

struct outcome {
    int status;           // 200, 206, 304, 412 or 416
    uint64_t offset, len; // of the body; all of it but for 206
};

// For a GET or HEAD whose answer would be a 200 with `size` bytes. `etag` is quoted, "" without
// one. Ranges count where the answer can have them. Several ranges in one request, and what is no
// range, are answered with the whole (section 14.2).
struct outcome conditions_judge(const struct conditions *c, struct span etag, uint64_t size,
                                bool has_ranges);

#endif
