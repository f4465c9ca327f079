// SPDX-License-Identifier: Apache-2.0
// A server of io/httpd on the loopback, and clients in the same loop that send what they are told,
// byte by byte if it must be.
#ifndef SUPPORT_HTTPD_H
#define SUPPORT_HTTPD_H

#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "io/httpd.h"

enum {
    WEB_FILE_BYTES = 3 << 20,
    WEB_PATIENCE_MS = 30000, // nothing here takes as long
};

struct web {
    struct report report; // first
    unsigned warnings;
    char warning[300]; // the last one
    struct loop *loop;
    struct cancel *cancel;
    struct err *err;
    int64_t until; // no test takes as long
    struct httpd *httpd;
    int port;
    int file;                   // its byte at i is web_byte(i)
    unsigned piece;             // of "/pieces"
    unsigned begun, done;       // requests
    unsigned whole;             // of those that are done
    unsigned released;          // answers
    int status;                 // of the last one that is done
    uint64_t sent;              // of it
    struct httpd_request *held; // by "/later"
    char last[300];             // "METHOD PATH?QUERY HOST CLIENT" of the last request
    uint64_t body_max;          // of "/sink"
    struct buf body;            // what "/sink" got
    unsigned body_ends;
    char body_error[200]; // its last end's; "" for none
};

static inline void web_emit(struct report *r, const struct report_event *event)
{
    struct web *w = (struct web *)r; // its first member

    w->warnings++;
    snprintf(w->warning, sizeof w->warning, "%s: %s", event->component, event->text);
}

static inline char web_byte(uint64_t i)
{
    return (char)(i * 7 + (i >> 9));
}

// --- the handler ---

static inline void web_next_file(void *data, struct httpd_piece *piece)
{
    struct web *w = data;

    *piece = (struct httpd_piece){.fd = w->file, .len = WEB_FILE_BYTES};
}

// "one" from memory, ten bytes of the file, "two".
static inline void web_next_piece(void *data, struct httpd_piece *piece)
{
    struct web *w = data;

    switch (w->piece++) {
    case 0: piece->bytes = SPAN("one"); break;
    case 1: *piece = (struct httpd_piece){.fd = w->file, .offset = 100, .len = 10}; break;
    default: piece->bytes = SPAN("two");
    }
}

static inline void web_release(void *data)
{
    struct web *w = data;

    w->released++;
}

static inline int web_body_piece(void *data, struct span piece, struct err **err)
{
    struct web *w = data;

    if (span_starts(piece, "!!!"))
        return err_set(err, ERR_CONFIG, "no exclamations");
    buf_add_span(&w->body, piece);
    return 0;
}

static inline void web_text(struct httpd_request *r, int status, const char *text)
{
    httpd_answer(
        r, &(struct httpd_answer){.status = status, .type = "text/plain", .bytes = span_str(text)});
}

static inline void web_answer_file(struct web *w, struct httpd_request *r)
{
    httpd_answer(r, &(struct httpd_answer){.status = 200,
                                           .etag = "\"t\"",
                                           .ranges = true,
                                           .headers = "X-More: yes\r\n",
                                           .size = WEB_FILE_BYTES,
                                           .next = web_next_file,
                                           .release = web_release,
                                           .data = w});
}

static inline void web_body_end(void *data, const struct err *error)
{
    struct web *w = data;

    w->body_ends++;
    snprintf(w->body_error, sizeof w->body_error, "%s", error ? err_message(error) : "");
    if (w->held)
        web_text(w->held, error ? 400 : 201, error ? "bad" : "made");
    w->held = NULL;
}

static inline void web_request(void *data, struct httpd_request *r)
{
    struct web *w = data;

    w->begun++;
    r->data = w;
    snprintf(w->last, sizeof w->last, "%.*s %.*s?%.*s %.*s %s", SPAN_ARG(r->method),
             SPAN_ARG(r->path), SPAN_ARG(r->query), SPAN_ARG(r->host), r->client);
    if (span_is(r->path, "/small")) {
        web_text(r, 200, "small\n");
    } else if (span_is(r->path, "/file")) {
        web_answer_file(w, r);
    } else if (span_is(r->path, "/pieces")) {
        w->piece = 0;
        httpd_answer(r, &(struct httpd_answer){.status = 200,
                                               .size = 16,
                                               .next = web_next_piece,
                                               .release = web_release,
                                               .data = w});
    } else if (span_is(r->path, "/sink")) {
        w->held = r;
        httpd_receive(r, w->body_max, &(struct httpd_sink){web_body_piece, web_body_end, w});
    } else if (span_is(r->path, "/later")) {
        w->held = r;
    } else if (span_is(r->path, "/none")) {
        httpd_answer(r, &(struct httpd_answer){.status = 204});
    } else {
        web_text(r, 404, "nothing\n");
    }
}

static inline void web_done(void *data, struct httpd_request *r)
{
    struct web *w = data;

    assert_ptr_equal(r->data, w);
    if (w->held == r)
        w->held = NULL;
    w->done++;
    w->whole += r->whole;
    w->status = r->status;
    w->sent = r->sent;
}

// --- its life ---

static inline void web_begin(struct web *w, const struct httpd_limits *limits)
{
    struct httpd_handler handler = {.request = web_request, .done = web_done, .data = w};
    char *file;

    *w = (struct web){.body = BUF_INIT(BUF_DOC_MAX)};
    w->until = timer_now() + WEB_PATIENCE_MS;
    w->cancel = cancel_new(&w->err);
    w->loop = loop_new(w->cancel, &w->err);
    assert_non_null(w->loop);
    w->file = memfd_create("file", MFD_CLOEXEC);
    assert_int_equal(ftruncate(w->file, WEB_FILE_BYTES), 0);
    file = mmap(NULL, WEB_FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, w->file, 0);
    assert_ptr_not_equal(file, MAP_FAILED);
    for (size_t i = 0; i < WEB_FILE_BYTES; i++)
        file[i] = web_byte(i);
    munmap(file, WEB_FILE_BYTES);
    w->report.emit = web_emit;
    w->httpd = httpd_new(w->loop, &handler, limits, &w->report);
    w->port = httpd_listen(w->httpd, "127.0.0.1:0", NULL, &w->err);
    assert_true(w->port > 0);
}

static inline void web_end(struct web *w)
{
    httpd_free(w->httpd);
    loop_free(w->loop);
    cancel_free(w->cancel);
    fd_cleanup(&w->file);
    buf_free(&w->body);
    assert_null(w->err);
    assert_int_equal(w->done, w->begun);
}

// --- clients ---

static inline void web_turn(struct web *w, int64_t ms)
{
    if (timer_now() > w->until)
        fail_msg("what the test waits for does not come");
    assert_int_equal(loop_sleep(w->loop, ms, &w->err), 0);
}

static inline int web_connect(struct web *w)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)w->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static inline void web_send_span(struct web *w, int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EAGAIN)
            web_turn(w, 1);
        else if (sent < 0)
            return; // the server has ended it: what it said before is read
        else
            bytes = span_tail(bytes, (size_t)sent);
    }
}

static inline void web_send(struct web *w, int fd, const char *text)
{
    web_send_span(w, fd, span_str(text));
}

// Runs the loop until `in` has `want` bytes or the server has ended the connection: false then.
static inline bool web_read(struct web *w, int fd, struct buf *in, size_t want)
{
    while (in->len < want) {
        char data[65536];
        ssize_t got = recv(fd, data, sizeof data, 0);

        if (got == 0 || (got < 0 && errno != EAGAIN))
            return false;
        if (got > 0)
            buf_add(in, data, (size_t)got);
        else
            web_turn(w, 1);
    }
    return true;
}

// Whether the server ends the connection, without another byte before.
static inline bool web_ends(struct web *w, int fd)
{
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    return !web_read(w, fd, &in, 1);
}

// The next answer, with a body of `*body` bytes by its Content-Length unless `head_only`. In `out`,
// the whole; what comes behind stays in `in`.
static inline void web_answer(struct web *w, int fd, struct buf *in, bool head_only,
                              struct buf *out)
{
    static const char name[] = "Content-Length: ";
    const char *end, *length;
    size_t len;

    while (!(end = strstr(buf_str(in), "\r\n\r\n")))
        if (!web_read(w, fd, in, in->len + 1))
            fail_msg("the connection ended after '%.300s'", buf_str(in));
    len = (size_t)(end - in->data) + 4;
    length = strstr(in->data, name);
    if (!head_only && length && length < end)
        len += strtoul(length + strlen(name), NULL, 10);
    if (!web_read(w, fd, in, len))
        fail_msg("the connection ended after %zu bytes of %zu", in->len, len);
    buf_truncate(out, 0);
    buf_add(out, in->data, len);
    buf_drop(in, len);
}

// One request on a connection of its own: all that comes until the end, or an answer.
static inline void web_ask(struct web *w, const char *text, struct buf *out)
{
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd, text);
    web_answer(w, fd, &in, strncmp(text, "HEAD ", 5) == 0, out);
    assert_int_equal(in.len, 0);
}

static inline void assert_has(const struct buf *text, const char *words)
{
    if (!strstr(buf_str(text), words))
        fail_msg("'%.600s' has no '%s'", buf_str(text), words);
}

static inline void assert_has_not(const struct buf *text, const char *words)
{
    if (strstr(buf_str(text), words))
        fail_msg("'%.600s' has '%s'", buf_str(text), words);
}

static inline struct span web_body(const struct buf *answer)
{
    const char *end = strstr(buf_str(answer), "\r\n\r\n");

    assert_non_null(end);
    return span_tail(buf_span(answer), (size_t)(end + 4 - answer->data));
}

#endif
