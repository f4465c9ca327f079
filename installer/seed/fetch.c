// SPDX-License-Identifier: Apache-2.0
#include "seed/fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/address.h"

#define CONNECT_MS 3000
#define PIECE_BYTES 65536

bool endpoint_of(struct span text, uint16_t port, struct endpoint *e)
{
    struct address address = address_of(text);
    struct sockaddr_in *four = (struct sockaddr_in *)&e->socket;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&e->socket;

    *e = (struct endpoint){0};
    if (address.bits == 32) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        memcpy(&four->sin_addr, address.bytes, sizeof four->sin_addr);
        e->len = sizeof *four;
    } else if (address.bits == 128) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        memcpy(&six->sin6_addr, address.bytes, sizeof six->sin6_addr);
        e->len = sizeof *six;
    }
    return e->len > 0;
}

int fetch_begin(struct fetch *f, const struct source *from, const struct binary *b, bool in_memory,
                struct err **err)
{
    int length;

    *f = (struct fetch){.state = FETCH_CONNECT, .fd = -1};
    length = snprintf(f->text, sizeof f->text,
                      "GET %.*s HTTP/1.1\r\nHost: %.*s\r\nConnection: close\r\n\r\n",
                      SPAN_ARG(from->path), SPAN_ARG(from->host));
    if (length < 0 || (size_t)length >= sizeof f->text)
        return err_set(err, ERR_SOURCE, "a path of %zu bytes is too long", from->path.len);
    f->len = (size_t)length;
    f->fd = socket(from->endpoint.socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (f->fd < 0)
        return err_set_errno(err, ERR_SOURCE, errno, "make a socket");
    pace_begin(&f->pace, pace_now());
    if (!in_memory)
        f->pace.least = PACE_PEER_RATE;
    if ((in_memory ? incoming_begin_memory : incoming_begin)(&f->incoming, b, err) < 0)
        return -1;
    if (connect(f->fd, (const struct sockaddr *)&from->endpoint.socket, from->endpoint.len) < 0 &&
        errno != EINPROGRESS)
        return err_set_errno(err, ERR_SOURCE, errno, "connect");
    return 0;
}

short fetch_events(const struct fetch *f)
{
    return f->state == FETCH_CONNECT ? POLLOUT : POLLIN;
}

static int ask(struct fetch *f, struct err **err)
{
    int error = 0;
    socklen_t len = sizeof error;
    ssize_t n;

    if (getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
        return err_set_errno(err, ERR_SOURCE, error, "connect");
    n = send(f->fd, f->text, f->len, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) // still on its way
        return 0;
    if (n != (ssize_t)f->len)
        return err_set_errno(err, ERR_SOURCE, n < 0 ? errno : EIO, "ask");
    f->len = 0;
    f->state = FETCH_HEAD;
    return 0;
}

static int check_answer(const struct fetch *f, const struct head *h, struct err **err)
{
    if (h->status != 200)
        return err_set(err, ERR_SOURCE, "answers with status %d", h->status);
    if (h->is_chunked || (h->has_length && h->length == f->incoming.binary->size))
        return 0;
    return err_set(err, ERR_SOURCE, "has another version");
}

// What came, of the body.
static int take(struct fetch *f, struct span data, struct err **err)
{
    enum message_result result = body_is_over(&f->body) ? MESSAGE_DONE : MESSAGE_MORE;
    const char *why = NULL;
    struct span content;

    while (data.len && result == MESSAGE_MORE) {
        result = body_next(&f->body, &data, &content, &why);
        if (incoming_add(&f->incoming, content, err) < 0)
            return -1;
    }
    if (result == MESSAGE_BAD)
        return err_set(err, ERR_SOURCE, "answers with %s", why);
    if (result == MESSAGE_MORE)
        return 0;
    return incoming_end(&f->incoming, err) < 0 ? -1 : 1;
}

static int take_head(struct fetch *f, struct err **err)
{
    struct span text = span_of(f->text, f->len);
    const char *why = NULL;
    struct head head;

    switch (head_read_answer(text, &head, &why)) {
    case MESSAGE_MORE: return 0;
    case MESSAGE_BAD: return err_set(err, ERR_SOURCE, "answers with %s", why);
    case MESSAGE_DONE: break;
    }
    if (check_answer(f, &head, err) < 0)
        return -1;
    f->state = FETCH_BODY;
    f->pace.in_body = true;
    body_begin(&f->body, &head);
    return take(f, span_tail(text, head.size), err);
}

static int receive(struct fetch *f, struct err **err)
{
    char piece[PIECE_BYTES];
    bool in_head = f->state == FETCH_HEAD;
    ssize_t n = in_head ? recv(f->fd, f->text + f->len, sizeof f->text - f->len, 0)
                        : recv(f->fd, piece, sizeof piece, 0);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0
                                                 : err_set_errno(err, ERR_SOURCE, errno, "receive");
    if (n == 0)
        return err_set(err, ERR_SOURCE, "closed the connection in the middle");
    pace_add(&f->pace, (uint64_t)n, pace_now());
    if (!in_head)
        return take(f, span_of(piece, (size_t)n), err);
    f->len += (size_t)n;
    return take_head(f, err);
}

int fetch_step(struct fetch *f, struct err **err)
{
    int64_t now = pace_now();
    const char *wrong = pace_wrong(&f->pace, now);

    if (wrong)
        return err_set(err, ERR_SOURCE, "%s", wrong);
    if (f->state != FETCH_CONNECT)
        return receive(f, err);
    if (now - f->pace.begun > CONNECT_MS)
        return err_set(err, ERR_SOURCE, "does not answer");
    return ask(f, err);
}

void fetch_end(struct fetch *f)
{
    if (f->state != FETCH_IDLE && f->fd >= 0)
        close(f->fd);
    incoming_drop(&f->incoming);
    f->state = FETCH_IDLE;
}
