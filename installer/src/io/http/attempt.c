// SPDX-License-Identifier: Apache-2.0
// The attempts of a transfer, the pauses between them, going on where one broke off.
#include "io/http/http_int.h"

#include <stdlib.h>

#include "base/mem.h"

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
    t->file_at = 0;
    t->attempt++;
}

void attempt_begin(struct http_transfer *t)
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

static void repeat(void *data)
{
    struct http_transfer *t = data;

    t->retry_timer = 0;
    transfer_queue(t);
}

// False when the budget allows none.
static bool schedule_repeat(struct http_transfer *t, int64_t retry_after_ms)
{
    int64_t at = budget_repeat_at(&t->request.budget, t->attempt, retry_after_ms);

    if (!at)
        return false;
    err_clear(&t->error);
    t->state = TRANSFER_PAUSING;
    t->retry_timer = loop_add_timer(t->http->loop, at, repeat, t);
    return true;
}

// What is not repeated because it was called off says so, not what the last attempt came to.
static enum http_failure give_up(struct http_transfer *t, enum http_failure failure)
{
    struct err *cancelled = NULL;

    if (cancel_check(t->request.budget.cancel, &cancelled) == 0)
        return failure;
    err_free(t->error);
    t->error = cancelled;
    return HTTP_CANCELLED;
}

void attempt_end(struct http_transfer *t, CURLcode code)
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
        failure = give_up(t, HTTP_DONE);
    } else if (code != CURLE_OK) {
        failure = explain_failure(t, code);
        if (retry_wants_failure(t, failure) && schedule_repeat(t, 0))
            return;
        failure = give_up(t, failure);
        if (!t->head_complete)
            t->response.status = 0;
    }
    transfer_end(t, failure);
}
