// SPDX-License-Identifier: Apache-2.0
// io/httpd: what comes over a connection, read as requests with their bodies. However the bytes are
// cut into pieces, the same requests are read from them. The first byte is the length of the
// pieces.
#include "fuzz.h"

#include "io/httpd/conditions.h"
#include "io/httpd/head.h"

static int on_piece(void *data, struct span piece)
{
    buf_add_span(data, piece);
    return 0;
}

// What a handler would see, and a range of a blob; all of it inside of what came.
static void note_head(struct buf *seen, const struct parse *p, const char *text, size_t len,
                      const struct head *h)
{
    const struct span parts[] = {h->method, h->path, h->query, h->host};
    struct conditions c = {.if_match = head_field(p, text, "If-Match"),
                           .if_none_match = head_field(p, text, "If-None-Match"),
                           .if_range = head_field(p, text, "If-Range"),
                           .range = head_field(p, text, "Range")};
    struct outcome o = conditions_judge(&c, SPAN("\"t\""), 1000, true);

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        FUZZ_CHECK(parts[i].len == 0 ||
                   (parts[i].ptr >= text && parts[i].ptr + parts[i].len <= text + len));
    FUZZ_CHECK(o.offset <= 1000 && o.len <= 1000 - o.offset);
    FUZZ_CHECK(o.status != 206 || o.len > 0);
    buf_printf(seen, "%.*s %.*s?%.*s %.*s %llu %d%d%d %u %d %llu+%llu\n", SPAN_ARG(h->method),
               SPAN_ARG(h->path), SPAN_ARG(h->query), SPAN_ARG(h->host),
               (unsigned long long)h->body, h->is_last, h->is_old, h->expects_continue,
               p->fields_len, o.status, (unsigned long long)o.offset, (unsigned long long)o.len);
}

// One piece more of the head or the body at `at`. Whether more can be read.
static bool read_head(struct parse *p, struct span all, size_t at, size_t end, size_t *used,
                      struct head *head, struct buf *seen)
{
    enum parse_result result = parse_head(p, span_head(all, end), at, used);
    const char *why = "";
    int status = 0;

    if (result == PARSE_MORE)
        return true;
    if (result == PARSE_DONE)
        status = head_read(p, all.ptr, head, &why);
    else
        status = p->status;
    if (status) {
        buf_printf(seen, "%d\n", status);
        return false;
    }
    note_head(seen, p, all.ptr, *used, head);
    return true;
}

// Whether the body ended, or, by *more, nothing can be read behind it.
static bool read_body(struct parse *p, struct span piece, size_t *used, struct buf *seen,
                      bool *more)
{
    enum parse_result result = parse_body(p, piece, used);

    FUZZ_CHECK(*used <= piece.len);
    if (result == PARSE_BAD)
        buf_printf(seen, "bad body %d\n", p->status);
    *more = result != PARSE_BAD;
    return result == PARSE_DONE;
}

static void read_all(struct span all, size_t step, struct buf *seen)
{
    struct parse p;
    struct head head = {0};
    bool in_body = false, more = true;
    size_t begin = 0, at = 0, end = 0; // of the request, parsed, come

    parse_begin(&p);
    p.piece = on_piece;
    p.data = seen;
    while (more && at < all.len) {
        struct span rest = span_tail(all, begin);
        size_t used = 0;

        if (at == end)
            end = step && end + step < all.len ? end + step : all.len;
        if (in_body) {
            bool is_over = read_body(&p, span_of(all.ptr + at, end - at), &used, seen, &more);

            at += used;
            in_body = !is_over;
        } else {
            more = read_head(&p, rest, at - begin, end - begin, &used, &head, seen);
            at = begin + used;
            in_body = p.is_head_done && head.body > 0;
        }
        if (more && p.is_head_done && !in_body) {
            if (head.is_last)
                return;
            begin = at;
            parse_begin(&p);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf cut CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

    if (size == 0)
        return 0;
    read_all(span_of(data + 1, size - 1), 0, &whole);
    read_all(span_of(data + 1, size - 1), 1 + data[0] % 64, &cut);
    FUZZ_CHECK(span_eq(buf_span(&whole), buf_span(&cut)));
    return 0;
}
