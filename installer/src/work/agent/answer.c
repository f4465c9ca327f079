// SPDX-License-Identifier: Apache-2.0
// How a request is answered.
#include <errno.h>
#include <stdarg.h>

#include "work/agent/call.h"

void call_answer(struct call *c, int status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    httpd_answer_line(c->http, status, status == 503 ? "Retry-After: 1\r\n" : NULL, fmt, args);
    va_end(args);
}

static int status_of(const struct err *err)
{
    if (err_errno(err) == ENOSPC || err_errno(err) == EDQUOT)
        return 507;
    switch (err_kind(err)) {
    case ERR_USAGE:
    case ERR_SOURCE: return 400; // its body
    case ERR_INTEGRITY: return 422;
    case ERR_CONFIG: return 507; // of the store: no room
    case ERR_TIMEOUT: return 503;
    default: return 500;
    }
}

void call_fail(struct call *c, const struct err *err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(err, &text);
    call_answer(c, status_of(err), "%s", buf_str(&text));
}

void call_answer_bytes(struct call *c, const char *type, struct span bytes)
{
    httpd_answer(c->http, &(struct httpd_answer){.status = 200, .type = type, .bytes = bytes});
}

static void next_piece(void *data, struct httpd_piece *piece)
{
    const struct call *c = data;

    *piece = (struct httpd_piece){.fd = c->fd, .len = c->size};
}

void call_answer_file(struct call *c, const char *etag)
{
    httpd_answer(c->http, &(struct httpd_answer){.status = 200,
                                                 .type = "application/octet-stream",
                                                 .etag = etag,
                                                 .ranges = true,
                                                 .size = c->size,
                                                 .next = next_piece,
                                                 .data = c});
}
