// SPDX-License-Identifier: Apache-2.0
// Which answers and failures are worth another attempt. How many, and when: base/budget.h.
#include "io/http/http_int.h"

static bool is_busy_status(int status)
{
    return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

// Whether there is time for it is seen when this one has ended.
static bool has_attempt_left(const struct http_transfer *t)
{
    return t->attempt < t->request.budget.attempts;
}

bool retry_wants_status(const struct http_transfer *t)
{
    unsigned retry = t->request.retry;
    int status = t->response.status;
    bool wanted = ((retry & HTTP_RETRY_BUSY) && is_busy_status(status)) ||
                  ((retry & HTTP_RETRY_ERROR) && status == 500);

    return wanted && has_attempt_left(t) &&
           http_retry_after_ms(&t->response) <= HTTP_RETRY_AFTER_MOST_MS;
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

bool retry_wants_failure(struct http_transfer *t, enum http_failure failure)
{
    unsigned retry = t->request.retry;
    bool unsent = failure == HTTP_UNREACHED || failure == HTTP_HUNG_UP;
    bool wanted = (unsent && (retry & HTTP_RETRY_UNREACHED)) ||
                  (failure == HTTP_BROKEN && (retry & HTTP_RETRY_BROKEN));

    return wanted && has_attempt_left(t) && can_restart(t);
}
