// SPDX-License-Identifier: Apache-2.0
// llhttp's callbacks note where things are in the head, and pause it at the end of the head and of
// the body, so that what follows stays unread.
#include "io/httpd/parse.h"

static int bad(struct parse *p, int status, const char *why)
{
    p->status = status;
    p->why = why;
    return HPE_USER;
}

// Adds a piece that may be the continuation of the one before: false when there is a gap, which is
// a value that was folded over several lines (RFC 9112 section 5.2: refused).
static bool extend(const struct parse *p, struct parse_text *text, const char *at, size_t len)
{
    uint32_t place = (uint32_t)(at - p->base);

    if (text->len == 0)
        text->at = place;
    else if (text->at + text->len != place)
        return false;
    text->len += (uint32_t)len;
    return true;
}

static int on_method(llhttp_t *l, const char *at, size_t len)
{
    struct parse *p = l->data;

    return extend(p, &p->method, at, len) ? HPE_OK : bad(p, 400, "bad method");
}

static int on_url(llhttp_t *l, const char *at, size_t len)
{
    struct parse *p = l->data;

    return extend(p, &p->target, at, len) ? HPE_OK : bad(p, 400, "bad request target");
}

// The field that comes next; its value has not begun.
static struct parse_field *open_field(struct parse *p)
{
    return p->fields_len < PARSE_FIELDS ? &p->fields[p->fields_len] : NULL;
}

static int on_field(llhttp_t *l, const char *at, size_t len)
{
    struct parse *p = l->data;
    struct parse_field *field = open_field(p);

    if (p->is_head_done)
        return HPE_OK; // a trailer
    if (!field)
        return bad(p, 431, "too many header lines");
    return extend(p, &field->name, at, len) ? HPE_OK : bad(p, 400, "bad header name");
}

static int on_value(llhttp_t *l, const char *at, size_t len)
{
    struct parse *p = l->data;
    struct parse_field *field = open_field(p);

    if (p->is_head_done || len == 0)
        return HPE_OK;
    return field && extend(p, &field->value, at, len) ? HPE_OK
                                                      : bad(p, 400, "header over several lines");
}

static int on_value_complete(llhttp_t *l)
{
    struct parse *p = l->data;

    if (!p->is_head_done && ++p->fields_len < PARSE_FIELDS)
        p->fields[p->fields_len] = (struct parse_field){0};
    return HPE_OK;
}

static int on_headers_complete(llhttp_t *l)
{
    struct parse *p = l->data;

    p->is_head_done = true;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *l, const char *at, size_t len)
{
    struct parse *p = l->data;

    return p->piece(p->data, span_of(at, len)) < 0 ? bad(p, 0, "") : HPE_OK;
}

static int on_message_complete(llhttp_t *l)
{
    struct parse *p = l->data;

    p->is_body_done = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void parse_begin(struct parse *p)
{
    llhttp_init(&p->llhttp, HTTP_REQUEST, &settings);
    p->llhttp.data = p;
    p->method = p->target = (struct parse_text){0};
    p->fields_len = 0;
    p->fields[0] = (struct parse_field){0};
    p->is_head_done = p->is_body_done = false;
    p->status = 0;
    p->why = "";
}

// What llhttp refuses, in the words of a status.
static enum parse_result refuse(struct parse *p, llhttp_errno_t code)
{
    if (code == HPE_USER)
        return PARSE_BAD;
    switch (code) {
    case HPE_INVALID_METHOD: bad(p, 400, "bad method"); break;
    case HPE_INVALID_URL: bad(p, 400, "bad request target"); break;
    case HPE_INVALID_VERSION: bad(p, 400, "bad HTTP version, or no CRLF behind it"); break;
    case HPE_PAUSED_H2_UPGRADE: bad(p, 505, "this server speaks HTTP/1.1"); break;
    case HPE_INVALID_CHUNK_SIZE: bad(p, 400, "bad chunk"); break;
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_UNEXPECTED_CONTENT_LENGTH: bad(p, 400, "bad Content-Length"); break;
    case HPE_INVALID_TRANSFER_ENCODING: bad(p, 400, "bad Transfer-Encoding"); break;
    case HPE_INVALID_HEADER_TOKEN: bad(p, 400, "bad header"); break;
    default: bad(p, 400, p->is_head_done ? "bad body" : "no HTTP request"); break;
    }
    return PARSE_BAD;
}

// Where llhttp paused: behind what it parsed.
static size_t paused_at(const struct parse *p, struct span data)
{
    return (size_t)(llhttp_get_error_pos(&p->llhttp) - data.ptr);
}

enum parse_result parse_head(struct parse *p, struct span head, size_t from, size_t *used)
{
    llhttp_errno_t code;

    p->base = head.ptr;
    code = llhttp_execute(&p->llhttp, head.ptr + from, head.len - from);
    *used = head.len;
    if (code == HPE_OK)
        return PARSE_MORE;
    if (code != HPE_PAUSED)
        return refuse(p, code);
    *used = paused_at(p, head);
    p->llhttp.upgrade = 0; // never followed (RFC 9110 section 7.8)
    llhttp_resume(&p->llhttp);
    return PARSE_DONE;
}

bool parse_has_body(const struct parse *p, uint64_t *len)
{
    bool is_chunked = p->llhttp.flags & F_CHUNKED;

    *len = is_chunked ? UINT64_MAX : p->llhttp.content_length;
    return *len > 0;
}

enum parse_result parse_body(struct parse *p, struct span data, size_t *used)
{
    llhttp_errno_t code = llhttp_execute(&p->llhttp, data.ptr, data.len);

    *used = data.len;
    if (code == HPE_OK)
        return PARSE_MORE;
    if (code != HPE_PAUSED || !p->is_body_done)
        return refuse(p, code);
    *used = paused_at(p, data);
    return PARSE_DONE;
}
