// SPDX-License-Identifier: Apache-2.0
// The server itself, for the files of work/serve.
#ifndef WORK_SERVE_SERVING_H
#define WORK_SERVE_SERVING_H

#include "io/httpd.h"
#include "work/serve/content/content.h"
#include "work/serve/log.h"
#include "work/serve/metrics.h"

// How many that were replaced are kept at most.
#define SERVE_RETIRED_MAX 4

// A content that is served or was, held by the server and by each request that uses it.
struct generation {
    struct serve_content *content;
    unsigned holders;
    int64_t asked_at; // when something of it was last used
};

struct serve {
    struct loop *loop;
    struct report *report;
    struct serve_first first;
    struct httpd *httpd;
    struct authority *authority; // NULL: no HTTPS
    struct httpd_tls *tls;       // likewise
    struct log *log;
    char *failure; // that was reported last
    struct metrics metrics;
    // What is served, then what was before it; the newest first.
    struct generation *generations[1 + SERVE_RETIRED_MAX];
    size_t generation_count;
    uint64_t retire_timer;
    int64_t retire_ms;
};

// --- generations (generation.c) ---

void generation_hold(struct generation *g);
void generation_let_go(struct generation *g); // the last one frees it
// Puts `take` first.
void generations_put(struct serve *s, struct serve_content *take);
void generations_free(struct serve *s);

// --- HTTPS (secure.c) ---

// What the options say about certificates. ERR_USAGE, ERR_CONFIG.
int secure_open(struct serve *s, const struct serve_options *options, struct err **err) MUST_CHECK;
void secure_free(struct serve *s);
// As httpd_listen().
int secure_listen(struct serve *s, const char *address, struct err **err) MUST_CHECK;

// --- requests ---

struct ask;

// Finds a->host, and cuts it off a->path where that names it (ask.c).
void ask_find_host(struct ask *a);
// The request uses this one until it ends.
void ask_hold(struct ask *a, struct generation *g);

// The handler of io/httpd; `data` is the server (dispatch.c).
void dispatch_begin(void *data, struct httpd_request *r);
void dispatch_end(void *data, struct httpd_request *r);

#endif
