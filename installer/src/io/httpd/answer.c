// SPDX-License-Identifier: Apache-2.0
// An answer's head, after the request's conditions and range were held against it.
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "io/httpd/conditions.h"
#include "io/httpd/conn.h"

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

// A phrase may be empty (RFC 9112 section 4).
static const char *phrase_of(int status)
{
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "";
}

static bool is_head(const struct exchange *x)
{
    return span_is(x->head.method, "HEAD");
}

static uint64_t size_of(const struct httpd_answer *a)
{
    return a->next ? a->size : a->bytes.len;
}

// Conditions are those of a GET or HEAD that would succeed; a range is of a GET alone (RFC 9110
// section 14.2).
static struct outcome judge(const struct exchange *x, const struct httpd_answer *a)
{
    struct outcome all = {.status = a->status, .len = size_of(a)};
    bool is_get = span_is(x->head.method, "GET");
    struct buf match CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf none_match CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct conditions c = {0};

    if (!x->is_told || a->status != 200 || !(is_get || is_head(x)))
        return all;
    head_list(&x->parse, x->in, "if-match", &match);
    head_list(&x->parse, x->in, "if-none-match", &none_match);
    c.if_match = buf_span(&match);
    c.if_none_match = buf_span(&none_match);
    c.if_range = httpd_header(&x->pub, "if-range");
    c.range = httpd_header(&x->pub, "range");
    return conditions_judge(&c, span_str(a->etag), all.len, a->ranges && is_get);
}

static bool has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

static void add_field(struct buf *out, const char *name, const char *value)
{
    buf_add_str(out, name);
    buf_add_str(out, value);
    buf_add_str(out, "\r\n");
}

static void add_connection(struct exchange *x)
{
    if (x->is_last)
        buf_add_str(&x->out, "Connection: close\r\n");
    else if (x->head.is_old)
        buf_add_str(&x->out, "Connection: keep-alive\r\n");
}

static void add_range(struct buf *out, const struct outcome *o, uint64_t size)
{
    if (o->status == 206)
        buf_printf(out, "Content-Range: bytes %llu-%llu/%llu\r\n", (unsigned long long)o->offset,
                   (unsigned long long)(o->offset + o->len - 1), (unsigned long long)size);
    else if (o->status == 416)
        buf_printf(out, "Content-Range: bytes */%llu\r\n", (unsigned long long)size);
}

static void add_head(struct exchange *x, const struct httpd_answer *a, const struct outcome *o)
{
    struct buf *out = &x->out;

    buf_printf(out, "HTTP/1.1 %d %s\r\n", o->status, phrase_of(o->status));
    buf_add_str(out, conns_date(x->conn->httpd));
    if (a->type && o->status != 304 && o->status != 412 && o->status != 416)
        add_field(out, "Content-Type: ", a->type);
    if (has_body(o->status))
        buf_printf(out, "Content-Length: %llu\r\n", (unsigned long long)o->len);
    if (a->etag)
        add_field(out, "ETag: ", a->etag);
    if (a->ranges)
        buf_add_str(out, "Accept-Ranges: bytes\r\n");
    add_range(out, o, size_of(a));
    add_connection(x);
    if (a->headers)
        buf_add_str(out, a->headers);
    buf_add_str(out, "\r\n");
}

// What a client must read before it sends (100 Continue) may still be in `out`.
void httpd_answer(struct httpd_request *r, const struct httpd_answer *a)
{
    struct exchange *x = (struct exchange *)r;
    struct outcome o;

    assert(!x->is_given && a->status >= 200);
    body_drop(x);
    o = judge(x, a);
    add_head(x, a, &o);
    x->is_given = true;
    x->out_body = x->out.len;
    x->answer.next = a->next;
    x->answer.release = a->release;
    x->answer.data = a->data;
    r->status = o.status;
    if (o.len > 0 && !is_head(x) && has_body(o.status)) {
        x->skip = a->next ? o.offset : 0;
        x->left = a->next ? o.len : 0;
        if (!a->next)
            buf_add(&x->out, a->bytes.ptr + o.offset, o.len);
    }
    if (!x->conn->is_running)
        conn_post(x->conn);
}

void httpd_answer_line(struct httpd_request *r, int status, const char *headers, const char *fmt,
                       va_list args)
{
    char *text CLEANUP(mem_cleanup) = mem_vprintf(fmt, args);
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&line, "%s\n", text);
    httpd_answer(r, &(struct httpd_answer){.status = status,
                                           .type = "text/plain; charset=utf-8",
                                           .headers = headers,
                                           .bytes = buf_span(&line)});
}

struct span httpd_header(const struct httpd_request *r, const char *name)
{
    const struct exchange *x = (const struct exchange *)r;

    return head_field(&x->parse, x->in, name);
}
