// SPDX-License-Identifier: Apache-2.0
// What a head means: its target, its host, how the body is framed and whether the connection is
// kept. Pure.
#ifndef IO_HTTPD_HEAD_H
#define IO_HTTPD_HEAD_H

#include "io/httpd.h"
#include "io/httpd/parse.h"

struct head {
    struct span method, path, query, host;
    bool is_last;          // the client wants the connection to end after the answer
    bool is_old;           // HTTP/1.0
    bool expects_continue; // the client waits for "100 Continue" before it sends the body
    uint64_t body;         // its length, UINT64_MAX when that is not known; 0: none
};

// Reads what was parsed, whose first byte is at `text`. Returns 0, or the status that the request
// is refused with, and *why. The spans are borrowed from `text`.
int head_read(const struct parse *p, const char *text, struct head *head, const char **why)
    MUST_CHECK;

// The first field of that name (any case), or "".
struct span head_field(const struct parse *p, const char *text, const char *name);

// Appends all fields of that name as the one list that they are (RFC 9110 section 5.3).
void head_list(const struct parse *p, const char *text, const char *name, struct buf *out);

#endif
