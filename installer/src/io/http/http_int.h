// SPDX-License-Identifier: Apache-2.0
// What the files of io/http share: the state of the whole, a transfer's state, and the small
// services (URLs, proxies, TLS diagnosis) that transfers use.
#ifndef IO_HTTP_INT_H
#define IO_HTTP_INT_H

#include <curl/curl.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/url.h"
#include "io/http.h"

struct http {
    struct loop *loop;
    struct report *report;
    char *ca_file; // NULL: none was found
    char *user_agent;
    char *connect_to; // "HOST:PORT", or NULL
    CURLM *multi;
    uint64_t timer;         // libcurl's, in the loop; 0: none
    struct loop_task *work; // begins what is queued, hands over what has news
    struct list transfers;  // all
    struct list queued;     // to be given to libcurl, the oldest first
    struct list news;       // those that may have something to hand over
    struct list connections;
};

// --- url.c ---

// ERR_SOURCE for anything but a valid http or https URL.
int http_url_parse(const char *text, struct url *url, struct err **err) MUST_CHECK;

// --- proxy.c ---

struct proxy {
    const char *url;    // NULL: none
    const char *source; // what named it: "HTTPS_PROXY"
};

struct proxy_env {
    struct proxy https, http;
    const char *no_proxy;
};

// The proxy for a request by the environment, or none; borrowed from `env`.
struct proxy proxy_choose(const struct proxy_env *env, const struct url *url);
// The proxy for a request: the site's own, else the environment's; borrowed from them.
struct proxy proxy_for(const struct http_site *site, const struct url *url);
// Its port: a proxy without one is a web server, as for Go's tools (libcurl: 1080 for all).
int proxy_port(const struct proxy *proxy);
// "127.0.0.1:3128 (HTTPS_PROXY)"; the caller frees it.
char *proxy_name(const struct proxy *proxy) MUST_CHECK RETURNS_NONNULL;

// --- netrc.c ---

// Sets user and password of the request, in the arena, when $NETRC or ~/.netrc has a login for the
// host. ERR_CONFIG when the file is there and cannot be read.
int netrc_find(struct arena *a, struct span host, struct http_request *request, struct err **err)
    MUST_CHECK;
// The same of a file's content; false when it has no user for the host.
bool netrc_parse(struct arena *a, struct span text, struct span host, struct http_request *request);

// --- tls.c ---

// What was seen of the peer's certificates in a handshake. Counted: the connection and the transfer
// that opened it both hold it.
struct tls_capture;

struct tls_capture *tls_capture_new(void) MUST_CHECK RETURNS_NONNULL;
void tls_capture_free(struct tls_capture *c); // NULL-safe
// CURLOPT_SSL_CTX_FUNCTION with the capture as its data.
CURLcode tls_capture_install(CURL *easy, void *ssl_ctx, void *capture);
// Whether a handshake began: the peer had accepted the connection.
bool tls_capture_begun(const struct tls_capture *c);
// Sets *err (kind ERR_SOURCE) from the capture, curl's text, the name that was verified, and what
// the CA certificates came from.
int tls_explain(const struct tls_capture *c, const char *curl_text, const char *host,
                const char *ca_name, struct err **err);

// --- response.c ---

// Forgets the headers and the status, keeps the body.
void response_reset(struct http_response *r);
// Adds a header line "Name: value\r\n"; false when the limit on headers is passed.
bool response_add_header(struct http_response *r, struct span line);

// --- transfer.c ---

enum transfer_state {
    TRANSFER_QUEUED, // to be given to curl by the next work
    TRANSFER_ACTIVE,
    TRANSFER_PAUSING, // waits for its next attempt
    TRANSFER_ENDED,   // the outcome is known; callbacks may be outstanding
};

// Received but not yet handed over: curl is paused above this.
#define TRANSFER_PENDING_BYTES ((size_t)1 << 20)

struct http_transfer {
    struct http *http;
    struct list link, queued_link, news_link; // in the lists of `http`
    enum transfer_state state;
    struct arena *arena; // owns the strings of `request`
    struct http_request request;
    struct http_handler handler;
    struct url url; // of request.url
    struct http_file file;
    uint64_t file_at; // what libcurl has read of it in this attempt
    struct proxy proxy;
    bool bulk; // a pulled stream: HTTP/1.1, pieces stay in `pending`

    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *connect_to;
    struct tls_capture *tls;
    char curl_text[CURL_ERROR_SIZE];

    int attempt;
    uint64_t retry_timer;
    int64_t started;
    bool head_complete; // of the final answer of this attempt
    bool head_shown;
    bool swallow;      // this attempt's answer will be repeated: drop its body
    bool paused;       // curl was told to pause
    bool busy;         // a callback of it is running
    bool aborted;      // while busy: free it afterwards
    uint64_t expected; // total size by the first answer, for resuming; 0: unknown
    struct buf pending;
    size_t pending_at; // bytes of it used up
    struct http_response response;
    struct err *error;
};

struct http_transfer *transfer_new(struct http *h, const struct http_request *request,
                                   const struct http_handler *handler, bool bulk) RETURNS_NONNULL;
void transfer_free(struct http_transfer *t);

// To be given to curl, again.
void transfer_queue(struct http_transfer *t);
// It may have something to hand over.
void transfer_note_news(struct http_transfer *t);
// Lets curl go on after a pause once there is room again.
void transfer_resume(struct http_transfer *t);
// How large the body may be.
uint64_t transfer_limit(const struct http_transfer *t);
// Ends it with t->error or, without one, successfully.
void transfer_end(struct http_transfer *t, enum http_failure failure);

// --- retry.c ---

// Whether the status that has just come is one that this attempt is repeated for.
bool retry_wants_status(const struct http_transfer *t);
// Whether the attempt that has just failed is repeated; drops what came of it.
bool retry_wants_failure(struct http_transfer *t, enum http_failure failure);

// --- receive.c ---

// Makes libcurl report to the transfer.
int receive_set_callbacks(struct http_transfer *t, struct err **err) MUST_CHECK;

// --- send.c ---

// Makes libcurl read the body from the request's file.
int send_set_file(struct http_transfer *t, const char *method, struct err **err) MUST_CHECK;

// --- unpack.c ---

// Unpacks a collected body that came as gzip, up to `limit` bytes. ERR_SOURCE: another encoding,
// broken or cut off, larger.
int unpack_text(struct http_response *r, uint64_t limit, struct err **err) MUST_CHECK;

// --- setup.c ---

// Applies the request to t->easy; -1 with *err when it must not be sent.
int setup_easy(struct http_transfer *t, struct err **err) MUST_CHECK;

// --- explain.c ---

// The class of curl's result, and t->error for it.
enum http_failure explain_failure(struct http_transfer *t, CURLcode code);

// --- attempt.c ---

// Gives a queued transfer to curl.
void attempt_begin(struct http_transfer *t);
// curl is done with the current attempt: the end, or another attempt.
void attempt_end(struct http_transfer *t, CURLcode code);

// --- deliver.c ---

// Calls the callbacks of all that has news.
void deliver_all(struct http *h);

// --- multi.c ---

// libcurl's multi handle in the loop, and the task of h->work.
void multi_open(struct http *h);
void multi_close(struct http *h);

#endif
