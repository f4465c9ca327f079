// SPDX-License-Identifier: Apache-2.0
// One transfer: its attempts, the pauses between them, going on where one broke off; its memory.
#include "io/http/http_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool is_busy_status(int status)
{
    return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

bool transfer_will_repeat_status(const struct http_transfer *t)
{
    unsigned retry = t->request.retry;
    int status = t->response.status;
    bool wanted = ((retry & HTTP_RETRY_BUSY) && is_busy_status(status)) ||
                  ((retry & HTTP_RETRY_ERROR) && status == 500);

    int64_t retry_after = http_retry_after_ms(&t->response);

    return wanted && retry_after <= HTTP_RETRY_AFTER_MOST_MS &&
           budget_repeat_at(&t->request.budget, t->attempt, retry_after) > 0;
}

void transfer_resume(struct http_transfer *t)
{
    if (!t->paused || t->state != TRANSFER_ACTIVE)
        return;
    t->paused = false;
    curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

static int prepare(struct http_transfer *t, struct err **err)
{
    t->easy = curl_easy_init();
    if (!t->easy)
        return err_set(err, ERR_INTERNAL, "libcurl gives no handle");
    return setup_easy(t, err) < 0 ? -1 : receive_set_callbacks(t, err);
}

// What differs from attempt to attempt: the place to go on from, and the time that is left.
static void prepare_attempt(struct http_transfer *t)
{
    uint64_t from = t->request.offset + t->response.received;
    char range[32];

    if (from > 0) {
        snprintf(range, sizeof(range), "%llu-", (unsigned long long)from);
        curl_easy_setopt(t->easy, CURLOPT_RANGE, range);
    }
    if (t->request.budget.deadline)
        curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS,
                         (long)timer_left(t->request.budget.deadline, INT32_MAX) + 1);
    *t->curl_text = '\0';
    t->head_complete = false;
    t->swallow = false;
    t->paused = false;
    t->attempt++;
}

void transfer_begin(struct http_transfer *t)
{
    if (!t->easy && prepare(t, &t->error) < 0) {
        transfer_end(t, HTTP_REFUSED);
        return;
    }
    prepare_attempt(t);
    t->state = TRANSFER_ACTIVE;
    if (curl_multi_add_handle(t->http->multi, t->easy) != CURLM_OK) {
        err_set(&t->error, ERR_INTERNAL, "libcurl refuses a request");
        transfer_end(t, HTTP_REFUSED);
    }
}

static void note_effective_url(struct http_transfer *t)
{
    const char *url = NULL;
    struct url last;

    if (t->connect_to)
        return; // it carries the TLS server name instead of the host
    curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
    if (!url)
        return;
    free((char *)t->response.url);
    t->response.url = mem_str(url);
    t->response.elsewhere = !url_parse(span_str(url), &last) || !url_same_origin(&last, &t->url);
}

void transfer_end(struct http_transfer *t, enum http_failure failure)
{
    char took[32];

    t->state = TRANSFER_ENDED;
    t->response.failure = failure;
    t->http->events++;
    report_trace(t->http->report, "http", "%s %s: %d, %llu bytes, %s",
                 t->request.method ? t->request.method : "GET", t->request.url, t->response.status,
                 (unsigned long long)t->response.received,
                 timer_format(timer_now() - t->started, took));
}

static void repeat(void *data)
{
    struct http_transfer *t = data;

    t->retry_timer = 0;
    t->state = TRANSFER_QUEUED;
}

// False when the budget allows none.
static bool schedule_repeat(struct http_transfer *t, int64_t retry_after_ms)
{
    int64_t at = budget_repeat_at(&t->request.budget, t->attempt, retry_after_ms);

    if (!at)
        return false;
    err_clear(&t->error);
    t->state = TRANSFER_PAUSING;
    t->retry_timer = timers_add(t->http->timers, at, repeat, t);
    return true;
}

// Whether the bytes that are here already can stand, or be thrown away, when it is sent again.
static bool can_restart(struct http_transfer *t)
{
    if (t->response.received == 0)
        return !t->head_shown || t->request.resume || !t->handler.headers;
    if (t->request.resume)
        return t->response.status == 200 || t->response.status == 206;
    if (t->handler.body || t->bulk)
        return false;
    buf_truncate(&t->response.body, 0);
    buf_truncate(&t->pending, 0);
    t->pending_at = 0;
    t->response.received = 0;
    return true;
}

static bool will_repeat_failure(struct http_transfer *t, enum http_failure failure)
{
    unsigned retry = t->request.retry;
    bool wanted = (failure == HTTP_UNREACHED && (retry & HTTP_RETRY_UNREACHED)) ||
                  (failure == HTTP_BROKEN && (retry & HTTP_RETRY_BROKEN));

    return wanted && can_restart(t);
}

void transfer_end_attempt(struct http_transfer *t, CURLcode code)
{
    enum http_failure failure = HTTP_DONE;
    long version = 0;

    curl_multi_remove_handle(t->http->multi, t->easy);
    curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
    t->response.http_version = version >= CURL_HTTP_VERSION_2_0 ? 20 : 11;
    note_effective_url(t);
    if (code == CURLE_OK && t->swallow) {
        if (schedule_repeat(t, http_retry_after_ms(&t->response)))
            return;
        t->swallow = false;
    } else if (code != CURLE_OK) {
        failure = failure_explain(t, code);
        if (will_repeat_failure(t, failure) && schedule_repeat(t, 0))
            return;
        if (!t->head_complete)
            t->response.status = 0;
    }
    transfer_end(t, failure);
}

// --- life ---

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
    r->bearer = copy_text(t->arena, request->bearer);
    r->user = copy_text(t->arena, request->user);
    r->password = copy_text(t->arena, request->password);
    if (!r->budget.attempts)
        r->budget.attempts = HTTP_ATTEMPTS;
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
    t->next = h->transfers;
    if (t->next)
        t->next->previous = t;
    h->transfers = t;
    return t;
}

void transfer_free(struct http_transfer *t)
{
    if (t->previous)
        t->previous->next = t->next;
    else
        t->http->transfers = t->next;
    if (t->next)
        t->next->previous = t->previous;
    if (t->retry_timer)
        timers_cancel(t->http->timers, t->retry_timer);
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
