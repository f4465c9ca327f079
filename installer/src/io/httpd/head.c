// SPDX-License-Identifier: Apache-2.0
// Heads are read as RFC 9112 has them. Where two readings are possible, which is how requests are
// smuggled past a proxy, the request is refused.
#include "io/httpd/head.h"

#include <string.h>
#include <strings.h>

static struct span text_of(struct parse_text place, const char *text)
{
    return place.len ? span_of(text + place.at, place.len) : SPAN_EMPTY;
}

static bool is_name(struct span s, const char *name)
{
    return s.len == strlen(name) && strncasecmp(s.ptr, name, s.len) == 0;
}

// How many fields have the name; the first one's value.
static unsigned find_field(const struct parse *p, const char *text, const char *name,
                           struct span *value)
{
    unsigned found = 0;

    *value = SPAN_EMPTY;
    for (unsigned i = 0; i < p->fields_len; i++) {
        if (!is_name(text_of(p->fields[i].name, text), name))
            continue;
        if (found++ == 0)
            *value = span_trim(text_of(p->fields[i].value, text));
    }
    return found;
}

struct span head_field(const struct parse *p, const char *text, const char *name)
{
    struct span value;

    find_field(p, text, name, &value);
    return value;
}

void head_list(const struct parse *p, const char *text, const char *name, struct buf *out)
{
    for (unsigned i = 0; i < p->fields_len; i++) {
        if (!is_name(text_of(p->fields[i].name, text), name))
            continue;
        buf_add_str(out, out->len ? ", " : "");
        buf_add_span(out, span_trim(text_of(p->fields[i].value, text)));
    }
}

static int refuse(int status, const char **why, const char *text)
{
    *why = text;
    return status;
}

// What RFC 3986 lets a host and a port consist of; `[` and `]` for IPv6.
static bool is_host(struct span host)
{
    for (size_t i = 0; i < host.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;="
                    "[]:",
                    host.ptr[i]) ||
            !host.ptr[i])
            return false;
    return true;
}

// Origin form, absolute form or "*" (RFC 9112 section 3.2); the authority form is a proxy's.
static int read_target(struct span target, struct head *head, const char **why)
{
    struct span path = target;
    size_t query;

    head->host = head->query = SPAN_EMPTY;
    if (span_skip(&path, "http://") || span_skip(&path, "https://")) {
        size_t end = 0;

        while (end < path.len && path.ptr[end] != '/' && path.ptr[end] != '?')
            end++;
        head->host = span_head(path, end);
        path = span_tail(path, end);
        if (head->host.len == 0)
            return refuse(400, why, "bad request target");
    } else if (span_is(path, "*")) {
        path = SPAN_EMPTY;
    } else if (!span_starts(path, "/")) {
        return refuse(400, why, "bad request target");
    }
    if (span_find(path, '#') < path.len)
        return refuse(400, why, "the request target has a fragment");
    query = span_find(path, '?');
    head->query = span_tail(path, query + 1);
    head->path = span_head(path, query);
    return 0;
}

// One Host, always (RFC 9112 section 3.2); a target in the absolute form overrides it.
static int read_host(const struct parse *p, const char *text, struct head *head, const char **why)
{
    struct span host;
    unsigned found = find_field(p, text, "host", &host);

    if (found > 1 || (found == 0 && !head->is_old))
        return refuse(400, why, found ? "more than one Host" : "no Host");
    if (head->host.len == 0)
        head->host = host;
    if (!is_host(host) || !is_host(head->host))
        return refuse(400, why, "bad Host");
    return 0;
}

// llhttp has refused lengths that contradict each other, and codings beside a length.
static int read_framing(const struct parse *p, const char *text, struct head *head,
                        const char **why)
{
    struct span coding;
    unsigned codings = find_field(p, text, "transfer-encoding", &coding);

    if (parse_has_body(p, &head->body) && !codings && head->body == UINT64_MAX)
        return refuse(413, why, "Content-Length is too large"); // which stands for an unknown one
    if (codings && head->is_old)
        return refuse(400, why, "Transfer-Encoding in HTTP/1.0");
    if (codings > 1 || (codings && !is_name(coding, "chunked")))
        return refuse(501, why, "Transfer-Encoding other than chunked");
    return 0;
}

static int read_expect(const struct parse *p, const char *text, struct head *head, const char **why)
{
    struct span expect = head_field(p, text, "expect");

    if (expect.len == 0 || head->is_old)
        return 0;
    if (!is_name(expect, "100-continue"))
        return refuse(417, why, "Expect other than 100-continue");
    head->expects_continue = head->body > 0;
    return 0;
}

int head_read(const struct parse *p, const char *text, struct head *head, const char **why)
{
    int status;

    *head = (struct head){.method = text_of(p->method, text)};
    if (p->llhttp.http_major != 1 || p->llhttp.http_minor > 1)
        return refuse(505, why, "this server speaks HTTP/1.1");
    if (p->llhttp.method == HTTP_CONNECT)
        return refuse(501, why, "this server is no proxy");
    head->is_old = p->llhttp.http_minor == 0;
    head->is_last = !llhttp_should_keep_alive(&p->llhttp);
    status = read_target(text_of(p->target, text), head, why);
    if (!status)
        status = read_host(p, text, head, why);
    if (!status)
        status = read_framing(p, text, head, why);
    return status ? status : read_expect(p, text, head, why);
}
