// SPDX-License-Identifier: Apache-2.0
// HTTP requests, many at once, in the program's loop (base/loop.h). Requests are asynchronous with
// callbacks; the blocking forms run the loop, so that everything else that is in flight (watches)
// keeps flowing while one waits.
//
// All callbacks run from the loop, never inside another library's call: they may start, abort and
// even perform requests, and run the loop again. One thread only.
//
// Protocols: http and https, HTTP/2 where the server has it. Content encodings are off unless a
// request asks for text: bytes are what the server stores. TLS peers are always verified, unless a
// site says `insecure`.
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/budget.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "base/stream.h"
#include "base/vec.h"

#define HTTP_CONNECT_TIMEOUT_MS 15000  // name, TCP and TLS together
#define HTTP_STALL_TIMEOUT_MS 60000    // no byte in either direction
#define HTTP_ATTEMPTS 5                // unless the budget says else
#define HTTP_RETRY_AFTER_MOST_MS 60000 // a longer Retry-After is not waited for
#define HTTP_REDIRECTS_MAX 10
#define HTTP_BODY_MAX_BYTES                                                                        \
    ((uint64_t)64 << 20) // of a collected body, unless the request says else

struct http;

struct http_options {
    struct report *report;  // borrowed; may be NULL; component "http"
    const char *ca_file;    // CA bundle (--ca-file); NULL: SSL_CERT_FILE, then the usual paths
    const char *user_agent; // NULL: "sandstrap/<version>"
    const char *connect_to; // "HOST:PORT", copied: where every connection is made to, whatever host
                            // a URL names, without proxies and logins of netrc: for checking a
                            // server that answers for other names. NULL: where the URL says
};

// The loop (borrowed) outlives it; its cancel token ends what blocks. `options` may be NULL.
// ERR_CONFIG when a named CA file cannot be read.
struct http *http_new(struct loop *loop, const struct http_options *options, struct err **err)
    MUST_CHECK;
// Aborts what is in flight. NULL-safe.
void http_free(struct http *h);
CLEANUP_DEFINE(http_cleanup, struct http, http_free);

struct report *http_report(struct http *h);
struct loop *http_loop(struct http *h);

// --- a site: how a set of servers is trusted and reached; NULL stands for the defaults ---

// Plain data, borrowed: the site and all it points to outlive its requests. Zero is the default.
struct http_site {
    struct span ca_pem;          // CA certificates instead of the defaults
    const char *ca_file;         // the same as a file
    struct span client_cert_pem; // with client_key_pem
    struct span client_key_pem;
    const char *tls_server_name; // SNI and the name to verify, instead of the URL's host
    bool insecure;               // no verification at all
    const char *proxy_url;       // http, https, socks5(h); NULL: HTTPS_PROXY, HTTP_PROXY, NO_PROXY;
                                 // "": none
    const char *proxy_source;    // what set proxy_url, for messages
};

// --- a request ---

enum http_retry {
    HTTP_RETRY_NONE = 0,
    HTTP_RETRY_UNREACHED = 1, // nothing was sent: name, refused, timeout while connecting, hung up
    HTTP_RETRY_BROKEN = 2,    // the connection broke or stalled: for idempotent requests
    HTTP_RETRY_BUSY = 4,      // 408, 429, 502, 503, 504
    HTTP_RETRY_ERROR = 8,     // 500
    HTTP_RETRY_ALL = 15,
};

// `size` bytes of `fd` (borrowed until done, read with pread) from `offset` on.
struct http_file {
    int fd;
    uint64_t offset, size;
};

// Copied by http_start(); zero values are sensible.
struct http_request {
    const char *method;           // NULL: GET
    const char *url;              // userinfo in it is used as basic authentication
    const char *const *headers;   // "Name: value", ended by NULL; may be NULL
    struct span body;             // for methods other than GET and HEAD; copied
    const struct http_file *file; // the body instead: read as it is sent, for an upload
    bool http1;                   // HTTP/1.1, on a connection that carries nothing else meanwhile
    const struct http_site *site;
    const char *bearer;    // token; only sent over https and never to another host
    const char *user;      // basic authentication; the same
    const char *password;  // with `user`
    bool netrc;            // else the login of the URL's host in ~/.netrc or $NETRC, if https
    bool text;             // a collected body may come as gzip, and is unpacked
    bool follow;           // follows redirects: from https only to https
    bool allow_plain_auth; // sends credentials over http too: for loopback servers
    bool resume;     // after a break in the middle of a 200 body, goes on with a Range request; the
                     // caller checks a digest
    bool fresh;      // on a connection that is made for it
    uint64_t offset; // asks for the body from this byte on; anything but 206 is then an error
    uint64_t
        max_bytes; // limit of the body, unpacked; 0: HTTP_BODY_MAX_BYTES if collected, else none
    int connect_timeout_ms; // 0: HTTP_CONNECT_TIMEOUT_MS
    int stall_timeout_ms;   // 0: HTTP_STALL_TIMEOUT_MS; -1: none
    unsigned retry;         // enum http_retry: what is worth another attempt
    struct budget budget; // what it leaves open: HTTP_ATTEMPTS, the loop's cancel token, which ends
                          // repeating
};

enum http_failure {
    HTTP_DONE = 0,  // there is a status
    HTTP_UNREACHED, // no connection: name resolution, refused, connect timeout, proxy
    HTTP_HUNG_UP,   // somebody is there, but ended the TLS handshake or said nothing in it: nothing
                    // was sent
    HTTP_BROKEN,    // the connection broke or stalled before the whole answer was here
    HTTP_TLS,       // the handshake or the verification of the peer failed
    HTTP_REFUSED,   // by us: limits, protocols, redirects, plain credentials, a failing callback
    HTTP_TIMED_OUT, // the deadline of the budget passed
    HTTP_CANCELLED,
};

struct http_header {
    const char *name; // as sent
    const char *value;
};

struct http_response {
    enum http_failure failure;
    int status;      // 0 when none came
    const char *url; // the last one, after redirects
    bool elsewhere;  // it is of another origin: credentials were not sent there, and what it asks
                     // for is not asked by whom they are for
    VEC(struct http_header) headers;
    time_t date;       // of the Date header, or 0
    int http_version;  // 11, 20
    uint64_t received; // body bytes handed over or collected
    struct buf body;   // collected; empty with a body callback
};

// The first header of that name (any case) or NULL; borrowed.
const char *http_header(const struct http_response *r, const char *name);

// 0 for 2xx; else ERR_SOURCE: "GET <url>: 404 not found: <start of a text body>", with a hint where
// the status has one.
int http_check_status(const struct http_response *r, struct err **err) MUST_CHECK;

// ERR_SOURCE when the answer is a web page, as of a login or a captive portal, by its type or its
// first bytes; `wanted` says instead of what ("a manifest").
int http_check_no_page(const struct http_response *r, const char *wanted, struct err **err)
    MUST_CHECK;

struct http_handler {
    // After the last answer's headers (not for redirects and answers that are tried again). May be
    // NULL. -1 ends the request with that error.
    int (*headers)(void *data, const struct http_response *r, struct err **err);
    // Each piece of the body; NULL: it is collected in r->body.
    int (*body)(void *data, struct span piece, struct err **err);
    // Once, last. Any HTTP status is a success here; `error` is NULL then. Both are borrowed and
    // valid during the call only; `r` is never NULL.
    void (*done)(void *data, const struct http_response *r, const struct err *error);
    void *data;
};

// A request in flight; gone when its done callback has returned.
struct http_transfer;

// Never fails on the spot: every error comes through done, from the loop.
struct http_transfer *http_start(struct http *h, const struct http_request *request,
                                 const struct http_handler *handler) RETURNS_NONNULL;

// Ends it without any further callback. Not for a transfer whose done has been called. NULL-safe.
void http_abort(struct http_transfer *t);

// How many bytes of its body were handed to the system, in this attempt.
uint64_t http_sent(const struct http_transfer *t);

// Ends the connections to the host of the URL that have brought nothing since that time (and taken
// nothing of a file that is sent), as if it had hung up: what is on them fails with HTTP_BROKEN,
// and what is started later connects anew.
void http_cut_silent(struct http *h, const char *url, int64_t since);

// Blocking: runs the loop until the answer is whole. 0 for any HTTP status. The caller frees
// *response (zeroed before) with http_response_free(), also after a failure.
// ERR_SOURCE (network, TLS), ERR_TIMEOUT (deadline), ERR_CANCELLED.
int http_perform(struct http *h, const struct http_request *request, struct http_response *response,
                 struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct http_response`.
void http_response_free(struct http_response *r);

// Blocks until a 2xx answer's headers are here (else ERR_SOURCE) and gives its body as a stream,
// with a bounded amount of it in memory. Reading runs the loop.
struct stream *http_open(struct http *h, const struct http_request *request, struct err **err)
    MUST_CHECK;
// The response of such a stream; borrowed.
const struct http_response *http_stream_response(const struct stream *s);

// --- helpers ---

// The Retry-After header of an answer in milliseconds, or 0.
int64_t http_retry_after_ms(const struct http_response *r);

// Percent-encodes `text` as one path segment or query value into `out`.
void http_escape(struct span text, struct buf *out);

#endif
