// SPDX-License-Identifier: Apache-2.0
// Bundles, served under the names that their artifacts have upstream: one server that is OCI
// registry, git server, Helm repository and file server for every host that the bundles name
// (docs/serve.md). A request's upstream host is that of "?ns=", of SNI or the Host header, or the
// first part of the path. What is not in the bundles is a 404 that says so; nothing is ever passed
// on.
#ifndef WORK_SERVE_H
#define WORK_SERVE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "model/blobstore.h"
#include "model/bundle.h"

struct serve;
struct httpd_request; // io/httpd.h

// Somebody who looks at each request first, and answers those that are his (work/agent.h).
struct serve_first {
    // The head is here. True when it was taken: he answers it, now or later. What he puts into *own
    // (NULL before) is given back to done(), also of a request that he did not take.
    bool (*take)(void *data, struct httpd_request *r, void **own);
    // Once for each request, last, when there is something of his own.
    void (*done)(void *data, struct httpd_request *r, void *own);
    // Of each that was answered from the bundles or is in none, before done(): its kind
    // ("manifest", "blob", "git", …), what was asked for by its upstream name
    // ("ghcr.io/stefanprodan/podinfo:6.9.1"), and whether no bundle has it. May be NULL.
    void (*served)(void *data, const char *kind, struct span what, bool missing);
    void *data;
};

struct serve_options {
    struct report *report;  // borrowed; may be NULL; component "serve"
    const char *access_log; // file that a line for each request is appended to; "-": stdout; NULL:
                            // none
    bool log_json;          // these lines are JSON
    const char *authority;  // folder of the certificate authority (ca.crt, ca.key, 0600), made at
                            // first use; for serve_listen() with TLS, unless:
    const char *cert, *key; // PEM files of the user's own
    int64_t retire_ms;      // 0: SERVE_RETIRE_MS
    unsigned connections;   // at most; 0: HTTPD_CONNECTIONS (io/httpd.h)
    struct serve_first first; // take NULL: nobody
};

// The loop is borrowed. ERR_CONFIG for what cannot be opened or is no certificate.
struct serve *serve_new(struct loop *loop, const struct serve_options *options, struct err **err)
    MUST_CHECK;
void serve_free(struct serve *s); // NULL-safe
CLEANUP_DEFINE(serve_cleanup, struct serve, serve_free);

// --- what is served ---

// A set of sources, made beside the one that is being served. Where two have the same name, the one
// that was added first is served; the other is warned of.
struct serve_content;
struct serve_content *serve_content_new(struct report *report) MUST_CHECK RETURNS_NONNULL;
void serve_content_free(struct serve_content *c); // NULL-safe
CLEANUP_DEFINE(serve_content_cleanup, struct serve_content, serve_content_free);

// Takes the bundle over, also on failure. Reads indexes and manifests (each verified), no layer.
// ERR_INTEGRITY.
int serve_add_bundle(struct serve_content *c, struct bundle *take, struct err **err) MUST_CHECK;
// All bundles that are installed in a store, which is taken over. SERVE_WHOLE: there is
// one, and no blob is missing; SERVE_PART: what is missing is not served, as on a node, which has
// what its platform needs.
enum serve_extent { SERVE_WHOLE, SERVE_PART };
int serve_add_store(struct serve_content *c, struct blobstore *take, enum serve_extent extent,
                    struct err **err) MUST_CHECK;

// Puts `take` in the place of what is served, between two requests. What is replaced still answers
// for its digests and commits, so that no pull breaks in the middle, until nobody has asked for
// SERVE_RETIRE_MS.
void serve_put(struct serve *s, struct serve_content *take);
// What was to be put there is not good enough: counted, and nothing else.
void serve_keep(struct serve *s);
// The certificate may be another by now: it is read again.
void serve_renew(struct serve *s);
// Opens the access log by its name again (logrotate). ERR_CONFIG: the old one is written on.
int serve_reopen_log(struct serve *s, struct err **err) MUST_CHECK;
#define SERVE_RETIRE_MS 600000

// --- serving ---

// Adds an address (io/httpd.h, httpd_listen()); its port, or -1. ERR_USAGE, ERR_CONFIG.
int serve_listen(struct serve *s, const char *address, bool tls, struct err **err) MUST_CHECK;

// Runs the loop until it is cancelled, then lets answers in flight end, SERVE_LAST_MS at most: 0.
// -1 only with an error of the loop itself.
int serve_run(struct serve *s, struct err **err) MUST_CHECK;
#define SERVE_LAST_MS 5000

// --- checking ---

struct serve_check_options {
    struct report *report;
    const char *plain;   // "HOST:PORT" of the server that is checked; NULL: not checked over HTTP
    const char *tls;     // the same over TLS
    const char *ca_file; // whom its certificates are of
    bool by_name;        // over TLS wherever the upstream names lead from here, instead of `tls`
    bool sample;         // of what a kind of client asks for only the smallest
};

struct serve_tried {
    unsigned fetched, failed;
    uint64_t bytes;
};

// Fetches every artifact of the bundle through its upstream name as each kind of client does:
// containerd by "?ns=", a registry client, CRI-O, helm, git, a plain download; compares every byte.
// Tells each failure as a warning, and goes on. ERR_SOURCE when there was one. Blocks.
int serve_check(struct loop *loop, const struct bundle *b,
                const struct serve_check_options *options, struct serve_tried *tried,
                struct err **err) MUST_CHECK;

#endif
