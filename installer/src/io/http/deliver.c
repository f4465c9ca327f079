// SPDX-License-Identifier: Apache-2.0
// The loop: libcurl's multi handle, timers, foreign descriptors and the cancel token in one poll;
// after it, everything that is due is handed to its events.
#include "io/http/http_int.h"

#include <poll.h>

#include "base/mem.h"

enum { TURN_MOST_MS = 60000 };

// --- handing over ---

static bool has_head(const struct http_transfer *t)
{
    return (t->state == TRANSFER_ACTIVE || t->state == TRANSFER_ENDED) && t->head_complete &&
           !t->swallow && !t->head_shown;
}

static bool has_news(const struct http_transfer *t)
{
    if (t->busy)
        return false;
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

    if (unpack_text(r, receive_limit(t), &error) == 0)
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

static void hand_over(struct http_transfer *t)
{
    t->http->events++;
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
}

// A callback may change the list in any way: start over after each.
static void hand_over_all(struct http *h)
{
    struct http_transfer *t = h->transfers;

    while (t) {
        if (has_news(t)) {
            hand_over(t);
            t = h->transfers;
        } else {
            t = t->next;
        }
    }
}

// --- one turn ---

static void begin_queued(struct http *h)
{
    struct http_transfer *last = h->transfers;

    // Oldest first: requests go out in the order in which they were started.
    while (last && last->next)
        last = last->next;
    for (struct http_transfer *t = last; t; t = t->previous)
        if (t->state == TRANSFER_QUEUED)
            transfer_begin(t);
}

static void collect_ends(struct http *h)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
        struct http_transfer *t = NULL;
        CURLcode code = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        transfer_end_attempt(t, code);
    }
}

static int perform(struct http *h, struct err **err)
{
    int running;
    CURLMcode code = curl_multi_perform(h->multi, &running);

    if (code != CURLM_OK)
        return err_set(err, ERR_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
    collect_ends(h);
    return 0;
}

// Transfers that ended without libcurl, or were repeated at once, need another turn, not a wait.
static bool is_work_left(const struct http *h)
{
    for (const struct http_transfer *t = h->transfers; t; t = t->next)
        if (t->state == TRANSFER_QUEUED || has_news(t))
            return true;
    return false;
}

static void run_fd_callbacks(struct http *h, const struct curl_waitfd *waits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; waits[i].revents && j < h->fds.len; j++) {
            if (h->fds.items[j].fd == waits[i].fd) {
                h->events++;
                h->fds.items[j].fn(h->fds.items[j].data);
                break;
            }
        }
    }
}

static int wait_for_news(struct http *h, int64_t deadline, struct err **err)
{
    size_t count = h->fds.len, total = count + (h->cancel ? 1 : 0);
    struct curl_waitfd *waits CLEANUP(mem_cleanup) = mem_zalloc(total + 1, sizeof(*waits));
    int wait = timer_left(deadline, TURN_MOST_MS);
    CURLMcode code;

    wait = timer_left(timers_next(h->timers), wait);
    for (size_t i = 0; i < count; i++)
        waits[i] = (struct curl_waitfd){.fd = h->fds.items[i].fd, .events = CURL_WAIT_POLLIN};
    if (h->cancel)
        waits[count] = (struct curl_waitfd){.fd = cancel_fd(h->cancel), .events = CURL_WAIT_POLLIN};
    code = curl_multi_poll(h->multi, waits, (unsigned)total, is_work_left(h) ? 0 : wait, NULL);
    if (code != CURLM_OK)
        return err_set(err, ERR_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
    run_fd_callbacks(h, waits, count);
    return 0;
}

static void run_timers(struct http *h)
{
    if (timers_next(h->timers) > timer_now())
        return;
    h->events++;
    timers_run(h->timers);
}

int loop_turn(struct http *h, int64_t deadline, struct err **err)
{
    unsigned long long before = h->events;
    bool changed;

    begin_queued(h);
    if (perform(h, err) < 0)
        return -1;
    hand_over_all(h);
    run_timers(h);
    // What a callback did may be what the caller waits for: look before waiting. Descriptors get
    // their turn beside a transfer that never pauses, too.
    changed = h->events != before;
    if ((!changed || h->fds.len) && wait_for_news(h, changed ? 0 : deadline, err) < 0)
        return -1;
    return cancel_check(h->cancel, err);
}

int http_run_until(struct http *h, http_until_fn *done, void *data, int64_t deadline,
                   struct err **err)
{
    if (cancel_check(h->cancel, err) < 0)
        return -1;
    while (!done(data)) {
        if (timer_now() >= deadline)
            return 1;
        if (loop_turn(h, deadline, err) < 0)
            return -1;
    }
    return 0;
}

static bool never(void *data UNUSED)
{
    return false;
}

int http_sleep(struct http *h, int64_t ms, struct err **err)
{
    return http_run_until(h, never, NULL, timer_add(timer_now(), ms), err) < 0 ? -1 : 0;
}

void http_watch_fd(struct http *h, int fd, http_fd_fn *fn, void *data)
{
    vec_push(&h->fds, (struct fd_watch){fd, fn, data});
}

void http_unwatch_fd(struct http *h, int fd)
{
    for (size_t i = 0; i < h->fds.len; i++) {
        if (h->fds.items[i].fd == fd) {
            vec_remove(&h->fds, i);
            return;
        }
    }
}
