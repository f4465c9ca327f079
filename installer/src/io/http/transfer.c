// SPDX-License-Identifier: Apache-2.0
// One transfer: libcurl's callbacks, the decision on another attempt, resuming. Nothing here calls
// the user: what arrives is noted, and the loop hands it over outside of libcurl.
#include "io/http/http_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

static bool is_busy_status(int status)
{
    return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

static bool has_attempt_left(const struct http_transfer *t)
{
    int attempts = t->request.attempts ? t->request.attempts : HTTP_ATTEMPTS;

    return t->attempt < attempts;
}

static bool will_repeat_status(const struct http_transfer *t)
{
    unsigned retry = t->request.retry;
    int status = t->response.status;
    bool wanted = ((retry & HTTP_RETRY_BUSY) && is_busy_status(status)) ||
                  ((retry & HTTP_RETRY_ERROR) && status == 500);

    return wanted && has_attempt_left(t) &&
           http_retry_after_ms(&t->response) <= HTTP_RETRY_AFTER_MOST_MS;
}

// --- libcurl's callbacks ---

static bool is_redirect_followed(const struct http_transfer *t)
{
    return t->request.follow && t->response.status / 100 == 3 &&
           http_header(&t->response, "location");
}

// "bytes 100-199/200"; false when it does not start at `from`.
static bool range_starts_at(const char *content_range, uint64_t from, uint64_t *total)
{
    struct span rest = span_str(content_range), start, after, end, size;
    uint64_t first;

    if (!span_skip(&rest, "bytes ") || !span_cut(rest, '-', &start, &after) ||
        !span_cut(after, '/', &end, &size) || !span_u64(start, &first))
        return false;
    if (!span_u64(size, total))
        *total = 0;
    return first == from;
}

// The answer to a Range request must be exactly what was asked for, of the same file.
static bool range_is_right(struct http_transfer *t)
{
    uint64_t from = t->request.offset + t->response.received, total = 0;
    const char *range = http_header(&t->response, "content-range");

    if (from == 0 || (t->response.received == 0 && t->response.status / 100 != 2))
        return true;
    if (t->response.status == 206 && range && range_starts_at(range, from, &total) &&
        (t->expected == 0 || total == 0 || total == t->expected))
        return true;
    err_set(&t->error, ERR_SOURCE, "%s: the server cannot go on at byte %llu", t->masked_url,
            (unsigned long long)from);
    return false;
}

static void end_of_head(struct http_transfer *t)
{
    const char *length = http_header(&t->response, "content-length");
    uint64_t size;

    if (t->response.status / 100 == 1 || is_redirect_followed(t))
        return;
    t->swallow = will_repeat_status(t);
    t->head_complete = t->swallow || range_is_right(t);
    if (t->response.status == 200 && length && span_u64(span_str(length), &size))
        t->expected = size;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    struct http_transfer *t = user;
    struct span line = span_of(data, size * count);
    long status = 0;

    if (span_starts(line, "HTTP/")) {
        response_reset(&t->response);
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        t->response.status = (int)status;
        t->head_complete = false;
        return line.len;
    }
    if (t->head_complete) // trailers
        return line.len;
    if (span_trim(line).len == 0) {
        end_of_head(t);
        if (t->error)
            return 0;
    } else if (!response_add_header(&t->response, line)) {
        err_set(&t->error, ERR_SOURCE, "%s: too many headers in the answer", t->masked_url);
        return 0;
    }
    return line.len;
}

static uint64_t body_limit(const struct http_transfer *t)
{
    if (t->request.max_bytes)
        return t->request.max_bytes;
    return t->handler.body || t->bulk ? UINT64_MAX : HTTP_BODY_MAX_BYTES;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct http_transfer *t = user;
    size_t len = size * count;

    if (t->swallow)
        return len;
    if (t->pending.len - t->pending_at >= TRANSFER_PENDING_BYTES) {
        t->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (len > body_limit(t) || t->response.received > body_limit(t) - len) {
        err_set(&t->error, ERR_SOURCE, "%s: the answer is larger than %llu bytes", t->masked_url,
                (unsigned long long)body_limit(t));
        return 0;
    }
    buf_add(&t->pending, data, len);
    t->response.received += len;
    t->http->events++;
    return len;
}

void transfer_resume(struct http_transfer *t)
{
    if (!t->paused || t->state != TRANSFER_ACTIVE)
        return;
    t->paused = false;
    curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

// --- attempts ---

static int set_callbacks(struct http_transfer *t, struct err **err)
{
    if (curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t) != CURLE_OK)
        return err_set(err, ERR_INTERNAL, "libcurl refuses a callback");
    return 0;
}

static int prepare(struct http_transfer *t, struct err **err)
{
    t->easy = curl_easy_init();
    if (!t->easy)
        return err_set(err, ERR_INTERNAL, "libcurl gives no handle");
    return setup_easy(t, err) < 0 ? -1 : set_callbacks(t, err);
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
    if (t->request.deadline)
        curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS,
                         (long)timer_left(t->request.deadline, INT32_MAX) + 1);
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

    if (t->connect_to)
        return; // it carries the TLS server name instead of the host
    curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
    if (!url)
        return;
    free((char *)t->response.url);
    t->response.url = http_url_masked(url);
}

void transfer_end(struct http_transfer *t, enum http_failure failure)
{
    char took[32];

    t->state = TRANSFER_ENDED;
    t->response.failure = failure;
    t->http->events++;
    report_trace(t->http->report, "http", "%s %s: %d, %llu bytes, %s",
                 t->request.method ? t->request.method : "GET", t->masked_url, t->response.status,
                 (unsigned long long)t->response.received,
                 timer_format(timer_now() - t->started, took));
}

static void repeat(void *data)
{
    struct http_transfer *t = data;

    t->retry_timer = 0;
    t->state = TRANSFER_QUEUED;
}

// False when the deadline would pass before.
static bool schedule_repeat(struct http_transfer *t, int64_t retry_after_ms)
{
    int64_t at = timer_now() + http_backoff_ms(t->attempt, retry_after_ms);

    if (t->request.deadline && at >= t->request.deadline)
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

    return wanted && has_attempt_left(t) && can_restart(t);
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

int64_t http_backoff_ms(int n, int64_t retry_after_ms)
{
    int64_t pause = HTTP_BACKOFF_FIRST_MS;
    uint32_t dice = 0;

    for (int i = 1; i < n && pause < HTTP_BACKOFF_MOST_MS; i++)
        pause *= 2;
    if (pause > HTTP_BACKOFF_MOST_MS)
        pause = HTTP_BACKOFF_MOST_MS;
    // Between half and all of it, so that many clients do not come back together.
    if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) < 0)
        dice = (uint32_t)timer_now();
    pause = pause / 2 + dice % (pause / 2 + 1);
    return pause > retry_after_ms ? pause : retry_after_ms;
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
    t->masked_url = http_url_masked(request->url);
    t->started = timer_now();
    t->pending.max = 4 * TRANSFER_PENDING_BYTES + HTTP_BODY_MAX_BYTES;
    t->response.body.max = SIZE_MAX / 2;
    t->response.url = mem_str(t->masked_url);
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
    url_parts_free(&t->url);
    free(t->masked_url);
    buf_free(&t->pending);
    http_response_free(&t->response);
    err_clear(&t->error);
    arena_free(t->arena);
    free(t);
}
