// SPDX-License-Identifier: Apache-2.0
// One request on its way through work/serve: whom it is for, and how it is answered. Each kind of
// content has one function in a file of its own (registry.c, git.c, charts.c, files.c, people.c)
// that takes the requests which are its own.
#ifndef WORK_SERVE_ASK_H
#define WORK_SERVE_ASK_H

#include "io/httpd.h"
#include "work/serve/content/content.h"

struct generation;

// Lives as long as its request, whose `data` it is.
struct ask {
    struct serve *serve;
    struct httpd_request *http;
    struct arena *arena;
    const struct serve_content *content; // what is served: ask_generation(a, 0)
    struct span host; // upstream host that is named, as content_host() has it; "" when the request
                      // names this server only
    bool by_name;     // no host can be meant but this server: repositories are found by name alone
    struct span path; // decoded, from the first slash on; behind the host where that was the first
                      // part of the path
    const char *kind; // for the log and metrics, once it is known: "manifest", "blob", "git", …
    const char *what; // for the log: "ghcr.io/stefanprodan/podinfo:6.9.1"
    bool missing;     // it is not there: missing_message() was asked for
    void *own;        // of serve_first

    VEC(struct generation *) held; // of ask.c
    struct content_bytes body;     // of answer.c: what is sent
};

// Takes the request, answers it now or later, and returns true; or returns false when it is not of
// this kind at all. What is of this kind and not there is taken, with a 404.
typedef bool ask_fn(struct ask *a);
ask_fn registry_ask, git_ask, charts_ask, files_ask, people_ask;

// What is served (0), then what was before it, the newest first; NULL behind the last. Tags and
// names are looked up in the first only, digests and commits in all.
const struct serve_content *ask_generation(const struct ask *a, size_t i);
// Something of that one is used for the answer: it stays until that is sent, and for others.
void ask_found(struct ask *a, size_t i);
// content_open() in all of them.
int ask_open(struct ask *a, const struct digest *digest, struct content_bytes *bytes,
             struct err **err) MUST_CHECK;

// --- answers ---

// Text for people, with a newline at its end.
void answer_text(struct ask *a, int status, const char *fmt, ...) PRINTF(3, 4);
// Bytes that are copied.
void answer_bytes(struct ask *a, int status, const char *type, struct span bytes);
// A blob: ranges, ETag by digest; `type` NULL: application/octet-stream. Takes `bytes` over.
void answer_blob(struct ask *a, struct content_bytes *bytes, const struct digest *digest,
                 const char *type, const char *headers);
// 404 that names what was asked for and what bundles there are; counted as missing.
void answer_missing(struct ask *a, const char *what);
// The words of that 404, for formats of their own; counted likewise.
const char *missing_message(struct ask *a, const char *what);
// 405 with Allow.
void answer_wrong_method(struct ask *a, const char *allowed);
// 500, reported with its error once for each text.
void answer_failure(struct ask *a, const struct err *err);

#endif
