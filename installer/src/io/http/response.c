// SPDX-License-Identifier: Apache-2.0
// Responses: header storage, the check for success, Retry-After.
#include "io/http/http_int.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { HEADERS_MAX = 256, EXCERPT_BYTES = 200 };

void response_reset(struct http_response *r)
{
    VEC_FOREACH (struct http_header *, header, &r->headers)
        free((char *)header->name);
    vec_free(&r->headers);
    r->status = 0;
    r->date = 0;
}

// Name and value share one allocation, owned through the name.
bool response_add_header(struct http_response *r, struct span line)
{
    struct span name, value;
    char *copy;

    if (!span_cut(line, ':', &name, &value))
        return true;
    if (r->headers.len == HEADERS_MAX)
        return false;
    name = span_trim(name);
    value = span_trim(value);
    copy = mem_alloc(name.len + value.len + 2);
    memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    memcpy(copy + name.len + 1, value.ptr, value.len);
    copy[name.len + 1 + value.len] = '\0';
    vec_push(&r->headers, (struct http_header){copy, copy + name.len + 1});
    if (strcasecmp(copy, "date") == 0)
        r->date = curl_getdate(copy + name.len + 1, NULL);
    return true;
}

const char *http_header(const struct http_response *r, const char *name)
{
    VEC_FOREACH (const struct http_header *, header, &r->headers)
        if (strcasecmp(header->name, name) == 0)
            return header->value;
    return NULL;
}

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {
        {400, "bad request"},        {401, "unauthorized"},
        {403, "forbidden"},          {404, "not found"},
        {405, "method not allowed"}, {408, "request timeout"},
        {409, "conflict"},           {410, "gone"},
        {413, "too large"},          {416, "range not possible"},
        {429, "too many requests"},  {500, "internal server error"},
        {502, "bad gateway"},        {503, "service unavailable"},
        {504, "gateway timeout"},
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].status == status)
            return known[i].text;
    if (status / 100 == 3)
        return "redirect that is not followed";
    return "unexpected status";
}

static const char *status_hint(int status)
{
    switch (status) {
    case 401: return "credentials are missing or wrong for this URL";
    case 403: return "these credentials may not read this URL";
    case 404: return "check the name and the version; private sources also answer 404";
    case 429: return "the server limits requests; wait or use credentials";
    default: return NULL;
    }
}

// The start of a text body in one line; HTML pages tell nothing.
static void add_excerpt(struct buf *out, const struct http_response *r)
{
    struct span text = span_head(span_trim(buf_span(&r->body)), EXCERPT_BYTES);
    const char *type = http_header(r, "content-type");

    if (text.len == 0 || (type && strstr(type, "html")) || memchr(text.ptr, '\0', text.len))
        return;
    buf_add_str(out, ": ");
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(out, iscntrl((unsigned char)text.ptr[i]) ? ' ' : text.ptr[i]);
}

int http_check_status(const struct http_response *r, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (r->status / 100 == 2)
        return 0;
    add_excerpt(&text, r);
    err_set(err, ERR_SOURCE, "%s: %d %s%s", r->url, r->status, status_text(r->status),
            buf_str(&text));
    if (r->elsewhere && r->status == 401)
        err_hint(err, "the request was redirected there; credentials are only sent to the server "
                      "that they are for");
    else if (status_hint(r->status))
        err_hint(err, "%s", status_hint(r->status));
    return -1;
}

int http_check_no_page(const struct http_response *r, const char *wanted, struct err **err)
{
    const char *type = http_header(r, "content-type");
    struct span start = span_trim(span_head(buf_span(&r->body), EXCERPT_BYTES));

    if (!(type && strstr(type, "html")) && !span_starts(start, "<"))
        return 0;
    err_set(err, ERR_SOURCE, "%s: a web page (%s) instead of %s", r->url,
            type ? type : "without a type", wanted);
    return err_hint(err, "a login page, a captive portal or a proxy may have answered");
}

int64_t http_retry_after_ms(const struct http_response *r)
{
    const char *value = http_header(r, "retry-after");
    uint64_t seconds;
    time_t at;

    if (!value)
        return 0;
    if (span_u64(span_str(value), &seconds))
        return seconds > INT32_MAX ? INT32_MAX : (int64_t)seconds * 1000;
    at = curl_getdate(value, NULL);
    if (at == -1)
        return 0;
    // Against the server's own clock, where it tells it.
    at -= r->date ? r->date : time(NULL);
    return at > 0 ? (int64_t)at * 1000 : 0;
}

void http_response_free(struct http_response *r)
{
    response_reset(r);
    buf_free(&r->body);
    free((char *)r->url);
    *r = (struct http_response){0};
}
