// SPDX-License-Identifier: Apache-2.0
// The blocking forms: a request to its end, and a body as a pull stream. Both run the loop.
#include "io/http/http_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct performance {
    struct http_response *response;
    struct err *error;
    bool done;
};

// The transfer goes after this: what its response holds is moved out.
static void on_done(void *data, const struct http_response *r, const struct err *error)
{
    struct performance *p = data;
    struct http_response *theirs = (struct http_response *)r;

    *p->response = *theirs;
    *theirs = (struct http_response){0};
    if (error)
        p->error = err_clone(error);
    p->done = true;
}

int http_perform(struct http *h, const struct http_request *request, struct http_response *response,
                 struct err **err)
{
    struct performance p = {.response = response};
    struct http_handler handler = {.done = on_done, .data = &p};
    struct http_transfer *t = http_start(h, request, &handler);

    if (loop_run_until_set(h->loop, &p.done, err) < 0) {
        if (!p.done)
            http_abort(t);
        err_free(p.error);
        response->failure = HTTP_CANCELLED;
        return -1;
    }
    if (p.error)
        return err_move(err, &p.error);
    return 0;
}

// --- the stream ---

struct http_stream {
    struct stream base;
    struct http *http;
    struct http_transfer *transfer;
};

static bool head_or_end(void *data)
{
    const struct http_transfer *t = data;

    return t->head_shown || t->state == TRANSFER_ENDED;
}

static bool body_or_end(void *data)
{
    const struct http_transfer *t = data;

    return t->pending.len > t->pending_at || t->state == TRANSFER_ENDED;
}

// Enough of a refusal for a message.
static bool words_or_end(void *data)
{
    const struct http_transfer *t = data;

    return t->pending.len >= TRANSFER_PENDING_BYTES || t->state == TRANSFER_ENDED;
}

static ssize_t take_pending(struct http_transfer *t, void *data, size_t len)
{
    struct span have = span_tail(buf_span(&t->pending), t->pending_at);

    have = span_head(have, len);
    memcpy(data, have.ptr, have.len);
    t->pending_at += have.len;
    if (t->pending_at == t->pending.len) {
        buf_truncate(&t->pending, 0);
        t->pending_at = 0;
    }
    if (t->pending.len - t->pending_at < TRANSFER_PENDING_BYTES / 2)
        transfer_resume(t);
    return (ssize_t)have.len;
}

static ssize_t http_stream_read(struct stream *s, void *data, size_t len, struct err **err)
{
    struct http_stream *hs = (struct http_stream *)s;
    struct http_transfer *t = hs->transfer;

    if (loop_run_until(hs->http->loop, body_or_end, t, TIMER_NEVER, err) < 0)
        return -1;
    if (t->pending.len > t->pending_at)
        return take_pending(t, data, len);
    if (t->error) {
        struct err *copy = err_clone(t->error);
        return err_move(err, &copy);
    }
    return 0;
}

static void http_stream_close(struct stream *s)
{
    struct http_stream *hs = (struct http_stream *)s;

    transfer_free(hs->transfer);
    free(hs);
}

// The body of a refusal is short text: it belongs into the message.
static int refuse(struct http_stream *hs, struct err **err)
{
    struct http_transfer *t = hs->transfer;

    if (loop_run_until(hs->http->loop, words_or_end, t, TIMER_NEVER, err) < 0)
        return -1;
    buf_add_span(&t->response.body, buf_span(&t->pending));
    return http_check_status(&t->response, err);
}

struct stream *http_open(struct http *h, const struct http_request *request, struct err **err)
{
    static const struct stream_ops ops = {http_stream_read, http_stream_close};
    struct http_handler handler = {0};
    struct http_stream *hs = MEM_NEW(struct http_stream);
    struct stream *s CLEANUP(stream_cleanup) = &hs->base;
    struct http_transfer *t = transfer_new(h, request, &handler, true);

    hs->base.ops = &ops;
    hs->http = h;
    hs->transfer = t;
    if (loop_run_until(h->loop, head_or_end, t, TIMER_NEVER, err) < 0)
        return NULL;
    if (t->error && !t->head_shown) { // else what came before the error is read first
        struct err *copy = err_clone(t->error);
        err_move(err, &copy);
        return NULL;
    }
    if (t->response.status / 100 != 2) {
        if (refuse(hs, err) < 0)
            return NULL;
    }
    return STEAL(s);
}

const struct http_response *http_stream_response(const struct stream *s)
{
    return &((const struct http_stream *)s)->transfer->response;
}
