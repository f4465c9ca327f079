// SPDX-License-Identifier: Apache-2.0
#include "seed/client.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

#define PIECE_BYTES 65536
#define DRAIN_MS 2000
#define DRAIN_BYTES (4 << 20)

void client_begin(struct client *c, int fd)
{
    *c = (struct client){.state = CLIENT_HEAD, .fd = fd};
    pace_begin(&c->pace, pace_now());
}

void client_end(struct client *c)
{
    if (c->state == CLIENT_FREE)
        return;
    incoming_drop(&c->incoming);
    close(c->fd);
    c->state = CLIENT_FREE;
}

short client_events(const struct client *c)
{
    return c->state == CLIENT_ANSWER ? POLLOUT : POLLIN;
}

// --- answers ---

static void answer(struct client *c, const char *status, const char *fmt, ...) PRINTF(3, 4);

static void answer(struct client *c, const char *status, const char *fmt, ...)
{
    char text[2048];
    va_list args;
    int len;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    len = snprintf(c->text, sizeof c->text,
                   "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                   "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                   status, strlen(text), text);
    c->len = (size_t)len;
    c->sent = 0;
    c->state = CLIENT_ANSWER;
    incoming_drop(&c->incoming);
}

static void answer_state(struct client *c, const struct client_view *view)
{
    const struct binary *b = view->binary;
    const struct peers *p = view->peers;

    answer(c, "200 OK",
           "waits for sandstrap %s of %llu bytes\nuploads: %u\npeers: %u\npeer asked last: %s%s%s\n"
           "last trouble: %s\n",
           DIGEST_HEX(&b->digest), (unsigned long long)b->size, view->uploads, p->count, p->asked,
           *p->trouble ? ": " : "", p->trouble, view->last_trouble);
}

// --- a binary on its way ---

// What went wrong with it: the client's fault, or this node's.
static void refuse(struct client *c, const struct err *err, const char **trouble)
{
    static char text[512];
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *status = "500 Internal Server Error";

    err_format(err, &line);
    snprintf(text, sizeof text, "%s", buf_str(&line));
    *trouble = text;
    if (err_kind(err) == ERR_INTEGRITY)
        status = "422 Unprocessable Content";
    else if (err_errno(err) == ENOSPC || err_errno(err) == EDQUOT)
        status = "507 Insufficient Storage";
    answer(c, status, "%s\n", text);
}

static void take(struct client *c, struct span data, const char **trouble)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    enum message_result result = body_is_over(&c->body) ? MESSAGE_DONE : MESSAGE_MORE;
    const char *why = NULL;
    struct span content;

    while (data.len && result == MESSAGE_MORE) {
        result = body_next(&c->body, &data, &content, &why);
        if (incoming_add(&c->incoming, content, &err) < 0) {
            refuse(c, err, trouble);
            return;
        }
    }
    if (result == MESSAGE_MORE)
        return;
    if (result == MESSAGE_BAD) {
        answer(c, "400 Bad Request", "%s\n", why);
    } else if (incoming_end(&c->incoming, &err) < 0) {
        refuse(c, err, trouble);
    } else {
        c->brought = true;
        answer(c, "201 Created", "sandstrap starts\n");
    }
}

static void begin_body(struct client *c, const struct head *head, const struct binary *b,
                       struct span more, const char **trouble)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (!head->has_length && !head->is_chunked) {
        answer(c, "411 Length Required", "how long is it?\n");
    } else if (head->has_length && head->length != b->size) {
        answer(c, "409 Conflict", "%llu bytes, and this node waits for %llu\n",
               (unsigned long long)head->length, (unsigned long long)b->size);
    } else if (incoming_begin(&c->incoming, b, &err) < 0) {
        refuse(c, err, trouble);
    } else {
        c->state = CLIENT_BODY;
        c->pace.in_body = true;
        body_begin(&c->body, head);
        // Five small lines fit into a fresh socket's buffer.
        if (head->expects_continue &&
            send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) != 25)
            client_end(c);
        else
            take(c, more, trouble);
    }
}

// --- requests ---

static void dispatch(struct client *c, const struct head *head, const struct client_view *view,
                     struct span more, const char **trouble)
{
    bool is_get = span_is(head->method, "GET");

    if (span_is(head->path, PEERS_PATH)) {
        if (span_is(head->method, "PUT"))
            begin_body(c, head, view->binary, more, trouble);
        else if (is_get)
            answer(c, "404 Not Found", "not here yet\n");
        else
            answer(c, "405 Method Not Allowed", "GET or PUT\n");
    } else if (span_is(head->path, "/sandstrap/v1/loader")) {
        if (is_get)
            answer_state(c, view);
        else
            answer(c, "405 Method Not Allowed", "GET only\n");
    } else {
        answer(c, "503 Service Unavailable", "this node waits for its sandstrap\n");
    }
}

static void take_head(struct client *c, const struct client_view *view, const char **trouble)
{
    struct span text = span_of(c->text, c->len);
    const char *why = NULL;
    struct head head;

    switch (head_read_request(text, &head, &why)) {
    case MESSAGE_MORE: return;
    case MESSAGE_BAD: answer(c, "400 Bad Request", "%s\n", why); return;
    case MESSAGE_DONE: dispatch(c, &head, view, span_tail(text, head.size), trouble);
    }
}

// --- the connection ---

static void receive(struct client *c, const struct client_view *view, const char **trouble)
{
    char piece[PIECE_BYTES];
    bool in_head = c->state == CLIENT_HEAD;
    ssize_t n = in_head ? recv(c->fd, c->text + c->len, sizeof c->text - c->len, 0)
                        : recv(c->fd, piece, sizeof piece, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        client_end(c);
        return;
    }
    pace_add(&c->pace, (uint64_t)n, pace_now());
    if (c->state == CLIENT_BODY) {
        take(c, span_of(piece, (size_t)n), trouble);
    } else if (in_head) {
        c->len += (size_t)n;
        take_head(c, view, trouble);
    } else if ((c->len += (size_t)n) > DRAIN_BYTES) {
        client_end(c);
    }
}

static void send_answer(struct client *c)
{
    ssize_t n = send(c->fd, c->text + c->sent, c->len - c->sent, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        client_end(c);
        return;
    }
    c->sent += n > 0 ? (size_t)n : 0;
    if (c->sent < c->len)
        return;
    shutdown(c->fd, SHUT_WR);
    c->state = CLIENT_DRAIN;
    c->len = 0;
    pace_begin(&c->pace, pace_now());
}

void client_step(struct client *c, const struct client_view *view, const char **trouble)
{
    int64_t now = pace_now();

    *trouble = pace_wrong(&c->pace, now);
    if (*trouble || (c->state == CLIENT_DRAIN && now - c->pace.begun >= DRAIN_MS)) {
        client_end(c);
        return;
    }
    if (c->state != CLIENT_ANSWER)
        receive(c, view, trouble);
    if (c->state == CLIENT_ANSWER)
        send_answer(c);
}
