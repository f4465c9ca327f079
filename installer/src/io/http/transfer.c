// SPDX-License-Identifier: Apache-2.0
// One transfer: its memory, and what changes its state.
#include "io/http/http_int.h"

#include <stdlib.h>

#include "base/mem.h"

void transfer_queue(struct http_transfer *t)
{
    t->state = TRANSFER_QUEUED;
    list_append(&t->http->queued, &t->queued_link);
    loop_post(t->http->work);
}

void transfer_note_news(struct http_transfer *t)
{
    if (t->busy || list_has(&t->news_link)) // deliver.c looks again when its callback returns
        return;
    list_append(&t->http->news, &t->news_link);
    loop_post(t->http->work);
}

void transfer_resume(struct http_transfer *t)
{
    if (!t->paused || t->state != TRANSFER_ACTIVE)
        return;
    t->paused = false;
    curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

uint64_t transfer_limit(const struct http_transfer *t)
{
    if (t->request.max_bytes)
        return t->request.max_bytes;
    return t->handler.body || t->bulk ? UINT64_MAX : HTTP_BODY_MAX_BYTES;
}

void transfer_end(struct http_transfer *t, enum http_failure failure)
{
    char took[32];

    list_remove(&t->queued_link); // a callback may end it while another attempt is due
    loop_remove_timer(t->http->loop, t->retry_timer);
    t->state = TRANSFER_ENDED;
    t->response.failure = failure;
    transfer_note_news(t);
    report_trace(t->http->report, "http", "%s %s: %d, %llu bytes, %s",
                 t->request.method ? t->request.method : "GET", t->request.url, t->response.status,
                 (unsigned long long)t->response.received,
                 timer_format(timer_now() - t->started, took));
}

static const char *const *copy_headers(struct arena *a, const char *const *headers)
{
    size_t count = 0;
    const char **copy;

    if (!headers)
        return NULL;
    while (headers[count])
        count++;
    copy = arena_array(a, count + 1, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_str(a, headers[i]);
    return copy;
}

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_str(a, text) : NULL;
}

static void copy_request(struct http_transfer *t, const struct http_request *request)
{
    struct http_request *r = &t->request;

    *r = *request;
    r->method = copy_text(t->arena, request->method);
    r->url = arena_str(t->arena, request->url);
    r->headers = copy_headers(t->arena, request->headers);
    r->body = request->body.ptr ? arena_span(t->arena, request->body) : request->body;
    if (request->file) {
        t->file = *request->file;
        r->file = &t->file;
    }
    r->bearer = copy_text(t->arena, request->bearer);
    r->user = copy_text(t->arena, request->user);
    r->password = copy_text(t->arena, request->password);
    r->budget = budget_or(&request->budget, &(struct budget){.cancel = loop_cancel(t->http->loop),
                                                             .attempts = HTTP_ATTEMPTS});
}

struct http_transfer *transfer_new(struct http *h, const struct http_request *request,
                                   const struct http_handler *handler, bool bulk)
{
    struct http_transfer *t = MEM_NEW(struct http_transfer);

    t->http = h;
    t->arena = arena_new();
    copy_request(t, request);
    t->handler = *handler;
    t->bulk = bulk;
    t->started = timer_now();
    t->pending.max = 4 * TRANSFER_PENDING_BYTES + HTTP_BODY_MAX_BYTES;
    t->response.body.max = SIZE_MAX / 2;
    t->response.url = mem_str(request->url);
    list_append(&h->transfers, &t->link);
    list_init(&t->queued_link);
    list_init(&t->news_link);
    transfer_queue(t);
    return t;
}

void transfer_free(struct http_transfer *t)
{
    list_remove(&t->link);
    list_remove(&t->queued_link);
    list_remove(&t->news_link);
    loop_remove_timer(t->http->loop, t->retry_timer);
    if (t->easy) {
        curl_multi_remove_handle(t->http->multi, t->easy);
        curl_easy_cleanup(t->easy);
    }
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->connect_to);
    tls_capture_free(t->tls);
    buf_free(&t->pending);
    http_response_free(&t->response);
    err_clear(&t->error);
    arena_free(t->arena);
    free(t);
}
