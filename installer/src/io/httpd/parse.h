// SPDX-License-Identifier: Apache-2.0
// The bytes of requests, by llhttp in its strict mode: heads and bodies, in pieces as they come. It
// knows no connection, and is fuzzed without one.
#ifndef IO_HTTPD_PARSE_H
#define IO_HTTPD_PARSE_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

#define PARSE_FIELDS 100 // header lines; more are 431

// A piece of the head, by its place: the buffer may move while it grows.
struct parse_text {
    uint32_t at, len;
};

struct parse_field {
    struct parse_text name, value;
};

struct parse {
    llhttp_t llhttp;
    const char *base; // of the buffer that is being parsed
    struct parse_text method, target;
    struct parse_field fields[PARSE_FIELDS];
    unsigned fields_len;
    bool is_head_done, is_body_done;
    int status;      // after PARSE_BAD
    const char *why; // a few words
    // Where a body's pieces go.
    int (*piece)(void *data, struct span piece);
    void *data;
};

enum parse_result {
    PARSE_MORE, // all was taken, and it is not the end
    PARSE_DONE, // the head, or the body, ended behind *used bytes
    PARSE_BAD,  // status and why; or piece() refused: status 0
};

void parse_begin(struct parse *p);

// Goes on with the head: `head` is all that has come of it, of which `from` bytes were parsed
// before. *used: how many are parsed now.
enum parse_result parse_head(struct parse *p, struct span head, size_t from, size_t *used);

// After the head. Whether a body follows; *len is its length, or UINT64_MAX for a chunked one.
bool parse_has_body(const struct parse *p, uint64_t *len);

// Goes on with the body. The pieces are borrowed from `data`.
enum parse_result parse_body(struct parse *p, struct span data, size_t *used);

#endif
