// SPDX-License-Identifier: Apache-2.0
// Handing over what arrived, outside of libcurl: its callbacks have only noted it.
#include "io/http/http_int.h"

#include "base/mem.h"

static bool has_head(const struct http_transfer *t)
{
    return (t->state == TRANSFER_ACTIVE || t->state == TRANSFER_ENDED) && t->head_complete &&
           !t->swallow && !t->head_shown;
}

static bool has_news(const struct http_transfer *t)
{
    if (has_head(t))
        return true;
    return !t->bulk && (t->state == TRANSFER_ENDED || t->pending.len > 0);
}

static void fail(struct http_transfer *t)
{
    if (t->state == TRANSFER_ACTIVE)
        curl_multi_remove_handle(t->http->multi, t->easy);
    buf_truncate(&t->pending, 0);
    transfer_end(t, HTTP_REFUSED);
}

static void show_head(struct http_transfer *t)
{
    t->head_shown = true;
    if (t->handler.headers && t->handler.headers(t->handler.data, &t->response, &t->error) < 0)
        fail(t);
}

// The piece is taken out first: the callback may run the loop, which may add to `pending`.
static void show_body(struct http_transfer *t)
{
    struct buf piece CLEANUP(buf_free) = t->pending;

    t->pending = (struct buf)BUF_INIT(piece.max);
    transfer_resume(t);
    if (!t->handler.body)
        buf_add_span(&t->response.body, buf_span(&piece));
    else if (t->handler.body(t->handler.data, buf_span(&piece), &t->error) < 0)
        fail(t);
}

// A refusal is told as such, whatever its words are packed in.
static void unpack(struct http_transfer *t)
{
    struct http_response *r = &t->response;
    struct err *error CLEANUP(err_cleanup) = NULL;

    if (unpack_text(r, transfer_limit(t), &error) == 0)
        return;
    buf_truncate(&r->body, 0);
    if (r->status / 100 != 2)
        return;
    r->failure = HTTP_REFUSED;
    err_move(&t->error, &error);
}

static void show_end(struct http_transfer *t)
{
    if (t->request.text && !t->error)
        unpack(t);
    if (t->handler.done)
        t->handler.done(t->handler.data, &t->response, t->error);
    t->aborted = true;
}

// One piece of news.
static void hand_over(struct http_transfer *t)
{
    t->busy = true;
    if (has_head(t))
        show_head(t);
    else if (t->pending.len > 0)
        show_body(t);
    else if (t->state == TRANSFER_ENDED)
        show_end(t);
    t->busy = false;
    if (t->aborted)
        transfer_free(t);
    else if (has_news(t))
        transfer_note_news(t);
}

// While one callback runs the loop inside of itself, the news of others are handed over there.
void deliver_all(struct http *h)
{
    while (!list_is_empty(&h->news)) {
        struct http_transfer *t = LIST_ITEM(h->news.next, struct http_transfer, news_link);

        list_remove(&t->news_link);
        if (has_news(t))
            hand_over(t);
    }
}
