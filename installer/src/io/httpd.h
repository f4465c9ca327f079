// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server in the program's loop (base/loop.h): RFC 9110, RFC 9112, parsed by llhttp,
// over TCP and TLS 1.2 or newer (OpenSSL). It knows nothing of what it serves: a handler gets each
// request when its head is here, and answers then or later.
//
// What is inside: connections that are kept, one request at a time on each (what a client sends
// ahead waits); HEAD; a single range (206, 416, If-Range), If-None-Match (304); Expect; bodies by
// length and chunked; files straight from a descriptor (sendfile). Answers have no content
// encoding.
//
// Memory is bounded: a connection without a request holds no buffer, a head is at most
// `head_bytes`, an answer is sent as the client takes it. Times are idle times, never total ones,
// but for a request's head. A client that ends or resets its connection is no error.
//
// All callbacks run from the loop. One thread only.
#ifndef IO_HTTPD_H
#define IO_HTTPD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"

struct httpd;

// Zero values stand for the defaults.
struct httpd_limits {
    unsigned connections; // HTTPD_CONNECTIONS; the one that idles longest makes room for a new one
    size_t head_bytes;    // HTTPD_HEAD_BYTES: request line and headers; more is 431
    int64_t head_ms;      // HTTPD_HEAD_MS: from the first byte of a head to its end (and TLS)
    int64_t idle_ms;      // HTTPD_IDLE_MS: without a request
    int64_t stall_ms;     // HTTPD_STALL_MS: no byte of a body or an answer moves
};

#define HTTPD_CONNECTIONS 8192
#define HTTPD_HEAD_BYTES ((size_t)32 << 10)
#define HTTPD_HEAD_MS 20000
#define HTTPD_IDLE_MS 120000
#define HTTPD_STALL_MS 60000

// --- a request ---

// From its head until its answer was sent or the connection is gone. Spans are borrowed and live as
// long as it.
struct httpd_request {
    struct span method; // "GET"
    struct span path;   // of the target, still percent-encoded: "" or from the first slash on
    struct span query;  // without the "?"; still percent-encoded
    struct span host;   // the Host header or the target's authority, as sent: "ghcr.io", "a:5000"
    struct span sni;    // the name that the TLS client asked for; "" without one
    bool tls;
    const char *client; // numeric address, "10.78.0.11"
    int port;           // that the server was reached at
    int64_t began_at;   // timer_now()
    void *data;         // the handler's own

    // Of the answer, for the `done` callback.
    int status;    // 0: there was none
    uint64_t sent; // bytes of the body
    bool whole;    // all of the answer was handed to the system
};

// The first header of that name (any case); "" when there is none.
struct span httpd_header(const struct httpd_request *r, const char *name);

struct httpd_handler {
    // The head is here. It calls httpd_answer() exactly once, now or later, and may call
    // httpd_receive() before; a body that nobody receives is read and dropped, up to a limit.
    void (*request)(void *data, struct httpd_request *r);
    // Once for each request, last: r is gone after. May be NULL.
    void (*done)(void *data, struct httpd_request *r);
    void *data;
};

// --- its body ---

struct httpd_sink {
    // Each piece, in order. -1 ends the receiving with that error.
    int (*piece)(void *data, struct span piece, struct err **err);
    // Once, last: NULL when the body was whole; ERR_SOURCE when the client broke off, stalled, sent
    // bad chunks or more than the limit, or the error of piece(). Borrowed. After an error the
    // answer, if one is given, is the connection's last.
    void (*end)(void *data, const struct err *error);
    void *data;
};

// Receives the body as it is sent (Content-Encoding is the caller's). Sends "100 Continue" where
// the client waits for it. `max_bytes` 0: no limit.
void httpd_receive(struct httpd_request *r, uint64_t max_bytes, const struct httpd_sink *sink);

// --- its answer ---

// A piece of a body: bytes (borrowed until the next piece is asked for), or `len` bytes of the file
// `fd` from `offset` on when `fd` is not negative.
struct httpd_piece {
    struct span bytes;
    int fd;
    uint64_t offset, len;
};

// What is not set is left out.
struct httpd_answer {
    int status;
    const char *type;    // Content-Type
    const char *headers; // further ones, "Name: value\r\n" each; may be NULL
    const char *etag;    // with the quotes; If-None-Match and If-Range are held against it
    bool ranges;         // a Range is answered; the body is one piece then

    // The body: `bytes`, which are copied; or pieces: `size` bytes in all, from next(), which fills
    // in the next piece and is called as the client takes them.
    struct span bytes;
    uint64_t size;
    void (*next)(void *data, struct httpd_piece *piece);
    void (*release)(void *data); // once, when nothing more is asked of next(); may be NULL
    void *data;
};

// Copies what is given, but for what next() gives. A HEAD gets the same without the body.
void httpd_answer(struct httpd_request *r, const struct httpd_answer *a);
// A line of text for people. `headers` as above.
void httpd_answer_line(struct httpd_request *r, int status, const char *headers, const char *fmt,
                       va_list args) PRINTF(4, 0);

// --- TLS ---

// Certificates by the name that a client asks for.
struct httpd_tls;

// Gives the certificates (leaf first) and the key for `name`, which is "" for a client that names
// none. -1: the handshake is refused (unrecognized_name), and the error reported once for each
// name. Its answer is kept for HTTPD_CERTIFICATE_MS, then it is asked again: what was renewed is
// used. Called in the middle of a handshake: it must not run the loop.
#define HTTPD_CERTIFICATE_MS 3600000
typedef int httpd_certificate_fn(void *data, struct span name, struct buf *certs_pem,
                                 struct buf *key_pem, struct err **err);

struct httpd_tls *httpd_tls_new(httpd_certificate_fn *certificate, void *data)
    MUST_CHECK RETURNS_NONNULL;
// Forgets the kept answers: certificates are asked for anew.
void httpd_tls_forget(struct httpd_tls *t);
// After the servers that use it. NULL-safe.
void httpd_tls_free(struct httpd_tls *t);
CLEANUP_DEFINE(httpd_tls_cleanup, struct httpd_tls, httpd_tls_free);

// --- a server ---

// `loop` and `report` (may be NULL; component "httpd") are borrowed, the rest copied; `limits` may
// be NULL.
struct httpd *httpd_new(struct loop *loop, const struct httpd_handler *handler,
                        const struct httpd_limits *limits, struct report *report)
    MUST_CHECK RETURNS_NONNULL;
// Ends all connections; done() is called for what is in flight. NULL-safe.
void httpd_free(struct httpd *h);
CLEANUP_DEFINE(httpd_cleanup, struct httpd, httpd_free);

// Listens on "HOST:PORT", "[::1]:PORT", ":PORT" (all addresses, both families) or "unix:/PATH", and
// on what a supervisor handed over, "fd:3" (systemd's socket activation). Port 0: any. `tls`
// (borrowed) or NULL for plain HTTP. Returns the port, or -1 with ERR_USAGE for what is no address,
// ERR_CONFIG when it cannot be had.
int httpd_listen(struct httpd *h, const char *address, struct httpd_tls *tls, struct err **err)
    MUST_CHECK;

// Accepts no more connections and ends those without a request; answers in flight go on, and are
// their connections' last. httpd_busy() tells how many requests there are.
void httpd_stop(struct httpd *h);
size_t httpd_busy(const struct httpd *h);

struct httpd_counts {
    uint64_t accepted;  // connections
    uint64_t refused;   // by the limit, bad heads, failed handshakes
    uint64_t timed_out; // connections that idled or stalled
    size_t open;        // now
    size_t idle;        // of these, without a request
};
struct httpd_counts httpd_counts(const struct httpd *h);

#endif
