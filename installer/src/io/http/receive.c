// SPDX-License-Identifier: Apache-2.0
// What libcurl calls while an answer arrives: headers and body are noted, nothing else is done.
// They are handed over outside of libcurl.
#include "io/http/http_int.h"

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
    err_set(&t->error, ERR_SOURCE, "%s: the server cannot go on at byte %llu", t->request.url,
            (unsigned long long)from);
    return false;
}

static void end_of_head(struct http_transfer *t)
{
    const char *length = http_header(&t->response, "content-length");
    uint64_t size;

    if (t->response.status / 100 == 1 || is_redirect_followed(t))
        return;
    t->swallow = retry_wants_status(t);
    t->head_complete = t->swallow || range_is_right(t);
    transfer_note_news(t);
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
        err_set(&t->error, ERR_SOURCE, "%s: too many headers in the answer", t->request.url);
        return 0;
    }
    return line.len;
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
    if (len > transfer_limit(t) || t->response.received > transfer_limit(t) - len) {
        err_set(&t->error, ERR_SOURCE, "%s: the answer is larger than %llu bytes", t->request.url,
                (unsigned long long)transfer_limit(t));
        return 0;
    }
    buf_add(&t->pending, data, len);
    t->response.received += len;
    transfer_note_news(t);
    return len;
}

int receive_set_callbacks(struct http_transfer *t, struct err **err)
{
    if (curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t) != CURLE_OK)
        return err_set(err, ERR_INTERNAL, "libcurl refuses a callback");
    return 0;
}
