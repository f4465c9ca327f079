// SPDX-License-Identifier: Apache-2.0
// One request to the agent, from its head until its answer was sent (call.c). api.c has what can be
// asked, put.c what receives a blob, answer.c how it is answered.
#ifndef WORK_AGENT_CALL_H
#define WORK_AGENT_CALL_H

#include "io/httpd.h"
#include "work/agent/inner.h"

// Who may ask.
enum call_right {
    CALL_ANYBODY, // the program itself, which is no secret: a node that joins may come from
                  // anywhere
    CALL_READER,  // of the networks that may read, or with a MAC
    CALL_WRITER,  // with a MAC of what is addressed by its content
    CALL_COMMAND, // with a MAC of the nonce and the body
};

struct call;

struct call_api {
    const char *method; // "GET" takes HEAD, too
    const char *path;   // below SEED_API; "*" is a digest
    enum call_right right;
    void (*begin)(struct call *c); // answers, now or later
};

struct call {
    struct agent *agent;
    struct httpd_request *http;
    const struct call_api *api;
    struct address client;     // counted, unless it is none
    struct digest digest;      // of the path
    struct digest body_digest; // that the MAC is for
    struct buf body;
    int fd; // that is answered from
    uint64_t size;
    struct incoming *incoming;
    uint64_t skip; // bytes of the body that are there already
    bool received; // its body, whole
};

// All that can be asked: api.c.
extern const struct call_api call_apis[];
extern const size_t call_api_count;

// --- answers: answer.c ---

// Text with a newline at its end.
void call_answer(struct call *c, int status, const char *fmt, ...) PRINTF(3, 4);
// With the error's text; the status by its kind.
void call_fail(struct call *c, const struct err *err);
void call_answer_bytes(struct call *c, const char *type, struct span bytes);
// From c->fd on, which it closes: `size` bytes, with ranges.
void call_answer_file(struct call *c, const char *etag);

// PUT blobs/*: put.c.
void call_put_blob(struct call *c);
// The request is gone: what was received of it stays for the next try.
void call_end_blob(struct call *c);

#endif
