// SPDX-License-Identifier: Apache-2.0
// The answers that all kinds have in common.
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "work/serve/ask.h"
#include "work/serve/serving.h"

void answer_text(struct ask *a, int status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    httpd_answer_line(a->http, status, NULL, fmt, args);
    va_end(args);
}

void answer_bytes(struct ask *a, int status, const char *type, struct span bytes)
{
    httpd_answer(a->http, &(struct httpd_answer){.status = status, .type = type, .bytes = bytes});
}

// --- blobs ---

static void next_piece(void *data, struct httpd_piece *piece)
{
    const struct ask *a = data;

    *piece = (struct httpd_piece){.fd = a->body.fd, .offset = a->body.offset, .len = a->body.size};
}

static void release_body(void *data)
{
    content_release(&((struct ask *)data)->body);
}

void answer_blob(struct ask *a, struct content_bytes *bytes, const struct digest *digest,
                 const char *type, const char *headers)
{
    char etag[DIGEST_TEXT_BYTES + 2];

    snprintf(etag, sizeof(etag), "\"%s\"", DIGEST_TEXT(digest));
    a->body = *bytes;
    bytes->own = false;
    httpd_answer(a->http, &(struct httpd_answer){.status = 200,
                                                 .type = type ? type : "application/octet-stream",
                                                 .headers = headers,
                                                 .etag = etag,
                                                 .ranges = true,
                                                 .size = a->body.size,
                                                 .next = next_piece,
                                                 .release = release_body,
                                                 .data = a});
}

// --- what is not there ---

const char *missing_message(struct ask *a, const char *what)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&text, "%s is not in %s", what, a->content->sources.len ? "" : "any bundle");
    VEC_FOREACH (struct content_source *const *, source, &a->content->sources)
        buf_printf(&text, "%s%s", source == a->content->sources.items ? "" : " or ",
                   (*source)->label);
    a->missing = true;
    return arena_str(a->arena, buf_str(&text));
}

void answer_missing(struct ask *a, const char *what)
{
    answer_text(a, 404, "%s", missing_message(a, what));
}

void answer_wrong_method(struct ask *a, const char *allowed)
{
    char *headers CLEANUP(mem_cleanup) = mem_printf("Allow: %s\r\n", allowed);
    struct span text = SPAN("nothing is changed here: this server only gives\n");

    httpd_answer(a->http, &(struct httpd_answer){.status = 405,
                                                 .type = "text/plain; charset=utf-8",
                                                 .headers = headers,
                                                 .bytes = text});
}

void answer_failure(struct ask *a, const struct err *err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(err, &text);
    if (!a->serve->failure || strcmp(a->serve->failure, buf_str(&text)) != 0) {
        free(a->serve->failure);
        a->serve->failure = mem_str(buf_str(&text));
        report_warn(a->serve->report, "serve", "%s", buf_str(&text));
    }
    answer_text(a, 500, "%s", buf_str(&text));
}
