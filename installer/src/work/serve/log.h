// SPDX-License-Identifier: Apache-2.0
// The access log: a line for each request, which says who took what. Lines are gathered and written
// when there are many or after LOG_FLUSH_MS; a reader that is slow is waited for without holding
// the server up, and when LOG_BYTES are waiting, lines are dropped and counted.
#ifndef WORK_SERVE_LOG_H
#define WORK_SERVE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "io/httpd.h"

#define LOG_BYTES ((size_t)1 << 20)
#define LOG_WRITE_BYTES ((size_t)32 << 10) // as many are written at once
#define LOG_FLUSH_MS 250

struct log;

// Appends to the file, which is made, or with "-" to standard output; `json`: lines of JSON. `loop`
// and `report` are borrowed. ERR_CONFIG.
struct log *log_open(struct loop *loop, const char *path, bool json, struct report *report,
                     struct err **err) MUST_CHECK;
// Writes what is left, waiting for a slow reader a little. NULL-safe.
void log_close(struct log *l);
CLEANUP_DEFINE(log_cleanup, struct log, log_close);

// A request that has ended: whose host it was for, "" when this server's, what kind of thing, and
// by which name. NULL-safe, as the two below: there is no log then.
void log_request(struct log *l, const struct httpd_request *r, struct span host, const char *kind,
                 struct span name);
// Opens the file by its name again: it was renamed (logrotate). ERR_CONFIG: the old one stays.
int log_reopen(struct log *l, struct err **err) MUST_CHECK;
uint64_t log_dropped(const struct log *l);

#endif
