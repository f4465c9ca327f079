// SPDX-License-Identifier: Apache-2.0
// io/httpd: what heads, conditions and ranges come to, without a socket.
#include "unit.h"

#include "io/httpd/conditions.h"
#include "io/httpd/head.h"

// Parses it in two pieces that meet at `cut`. Returns the status that it is refused with, 0 when it
// is taken, -1 when it is no whole head.
static int read_in_two(struct parse *p, struct span text, size_t cut, struct head *head,
                       size_t *used)
{
    enum parse_result result = PARSE_MORE;
    const char *why = NULL;
    int status;

    parse_begin(p);
    if (cut > 0)
        result = parse_head(p, span_head(text, cut), 0, used);
    if (result == PARSE_MORE)
        result = parse_head(p, text, cut, used);
    if (result == PARSE_MORE)
        return -1;
    status = result == PARSE_BAD ? p->status : head_read(p, text.ptr, head, &why);
    if (status)
        assert_non_null(result == PARSE_BAD ? p->why : why);
    return status;
}

// The same however the bytes come.
static int read_head(struct parse *p, const char *text, struct head *head)
{
    struct span all = span_str(text);
    size_t used;
    int status = read_in_two(p, all, 0, head, &used);

    for (size_t cut = 1; cut < all.len; cut++)
        assert_int_equal(read_in_two(p, all, cut, head, &used), status);
    if (status == 0)
        assert_int_equal(used, all.len);
    return status;
}

static void test_httpd_head__refuses(void **state)
{
    static const struct {
        int status;
        const char *head;
    } cases[] = {
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
        {400, "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n"},
        {400, "GET / HTTP/1.1\nHost: a\n\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"},
        {400, "GET x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET http://u@b/x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET ftp://b/x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "\x16\x03\x01\x02\x00\x01"}, // a TLS client
        {505, "GET /\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
        {505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"},
        {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        {501, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"},
        {417, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n"},
        // Two readings of where the body ends.
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 2\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked"
              "\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1"
              "\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
        {501, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
        {501, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"},
        {501, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"},
        {400, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"},
        {400, "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parse p;
        struct head head;
        int status = read_head(&p, cases[i].head, &head);

        if (status != cases[i].status)
            fail_msg("%d instead of %d: %s", status, cases[i].status, cases[i].head);
    }
}

static void test_httpd_head__reads(void **state)
{
    static const struct {
        const char *head, *is; // "METHOD PATH?QUERY HOST"
        uint64_t body;
        bool is_last, is_old, expects_continue;
    } cases[] = {
        {"GET /v2/?a=b%20 HTTP/1.1\r\nHost: a.test\r\n\r\n", "GET /v2/?a=b%20 a.test", 0, 0, 0, 0},
        {"\r\n\r\nGET / HTTP/1.1\r\nhOsT:\t[::1]:5000 \r\nX:\r\n\r\n", "GET /? [::1]:5000", 0, 0, 0,
         0},
        {"GET http://b:1/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x? b:1", 0, 0, 0, 0},
        {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET /? ", 0, 0, 0, 0},
        {"GET / HTTP/1.0\r\n\r\n", "GET /? ", 0, true, true, 0},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n", "GET /? a", 0, true, 0, 0},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
         "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n",
         "GET /? a", 0, 0, 0, 0},
        {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551614\r\n"
         "Expect: 100-Continue\r\n\r\n",
         "PUT /? a", UINT64_MAX - 1, 0, 0, true},
        {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "PUT /? a", UINT64_MAX,
         0, 0, 0},
        {"PUT / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", "PUT /? ", 3, true,
         true, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parse p;
        struct head head;
        char text[200];

        assert_int_equal(read_head(&p, cases[i].head, &head), 0);
        snprintf(text, sizeof text, "%.*s %.*s?%.*s %.*s", SPAN_ARG(head.method),
                 SPAN_ARG(head.path), SPAN_ARG(head.query), SPAN_ARG(head.host));
        assert_string_equal(text, cases[i].is);
        assert_true(head.body == cases[i].body);
        assert_int_equal(head.is_last, cases[i].is_last);
        assert_int_equal(head.is_old, cases[i].is_old);
        assert_int_equal(head.expects_continue, cases[i].expects_continue);
    }
}

static void test_httpd_head__limits_the_lines(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct parse p;
    struct head head;

    (void)state;
    buf_add_str(&text, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < PARSE_FIELDS; i++)
        buf_printf(&text, "X%d: %d\r\n", i, i);
    buf_add_str(&text, "\r\n");
    assert_int_equal(read_head(&p, buf_str(&text), &head), 0);
    assert_true(span_is(head_field(&p, buf_str(&text), "x99"), "99"));
    buf_truncate(&text, text.len - 2);
    buf_add_str(&text, "Y: y\r\n\r\n");
    assert_int_equal(read_head(&p, buf_str(&text), &head), 431);
}

// --- bodies ---

static int on_piece(void *data, struct span piece)
{
    struct buf *came = data;

    buf_add_span(came, piece);
    return span_find(piece, '!') < piece.len ? -1 : 0;
}

static enum parse_result read_body(const char *body, size_t cut, struct buf *came, size_t *used,
                                   int *status)
{
    static const char head[] = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct span all = span_str(body);
    struct parse p;
    size_t first;
    enum parse_result result;

    parse_begin(&p);
    assert_int_equal(parse_head(&p, SPAN(head), 0, &first), PARSE_DONE);
    p.piece = on_piece;
    p.data = came;
    result = parse_body(&p, span_head(all, cut), &first);
    *used = first;
    if (result == PARSE_MORE) {
        result = parse_body(&p, span_tail(all, cut), used);
        *used += first;
    }
    *status = p.status;
    return result;
}

static void test_httpd_head__reads_chunks(void **state)
{
    static const struct {
        const char *body, *came;
        enum parse_result result;
        int status;
        const char *rest;
    } cases[] = {
        {"3\r\nabc\r\n0\r\n\r\nGET", "abc", PARSE_DONE, 0, "GET"},
        {"00003;a=b;c\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n", "abc0123456789", PARSE_DONE,
         0, ""},
        {"3\r\nabc\r\n", "abc", PARSE_MORE, 0, ""},
        {"3\r\nabcd\r\n", "abc", PARSE_BAD, 400, NULL},
        {"3\nabc\n0\n\n", "", PARSE_BAD, 400, NULL},
        {"x\r\nabc\r\n", "", PARSE_BAD, 400, NULL},
        {"-3\r\nabc\r\n", "", PARSE_BAD, 400, NULL},
        {"3 \r\nabc\r\n0\r\n\r\n", "", PARSE_BAD, 400, NULL},
        {"11111111111111111\r\n", "", PARSE_BAD, 400, NULL},
        {"2\r\na!\r\n0\r\n\r\n", "a!", PARSE_BAD, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t cut = 0; cut <= strlen(cases[i].body); cut++) {
            struct buf came CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
            size_t used;
            int status;

            assert_int_equal(read_body(cases[i].body, cut, &came, &used, &status), cases[i].result);
            assert_int_equal(status, cases[i].status);
            assert_string_equal(buf_str(&came), cases[i].came);
            if (cases[i].rest && used <= strlen(cases[i].body))
                assert_string_equal(cases[i].body + used, cases[i].rest);
        }
    }
}

// --- conditions ---

static struct outcome judge(const char *range, uint64_t size)
{
    struct conditions c = {.range = span_str(range)};

    return conditions_judge(&c, SPAN("\"t\""), size, true);
}

static void test_httpd_head__judges_ranges(void **state)
{
    static const struct {
        const char *range;
        uint64_t size;
        struct outcome is;
    } cases[] = {
        {"bytes=0-", 10, {206, 0, 10}},
        {"bytes=0-0", 10, {206, 0, 1}},
        {"bytes=9-", 10, {206, 9, 1}},
        {"bytes=3-5", 10, {206, 3, 3}},
        {"bytes=3-500", 10, {206, 3, 7}},
        {"bytes=3-18446744073709551615", 10, {206, 3, 7}},
        {"bytes=0-18446744073709551615", 10, {206, 0, 10}},
        {"bytes=3-99999999999999999999999", 10, {206, 3, 7}},
        {"bytes=-3", 10, {206, 7, 3}},
        {"bytes=-30", 10, {206, 0, 10}},
        {"Bytes=1-1", 10, {206, 1, 1}},
        {"bytes= 1-1 ", 10, {206, 1, 1}},
        {"bytes=10-", 10, {416, 0, 0}},
        {"bytes=99999999999999999999999-", 10, {416, 0, 0}},
        {"bytes=-0", 10, {416, 0, 0}},
        {"bytes=0-", 0, {416, 0, 0}},
        {"bytes=-1", 0, {416, 0, 0}},
        {"bytes=5-3", 10, {200, 0, 10}},
        {"bytes=-", 10, {200, 0, 10}},
        {"bytes=1", 10, {200, 0, 10}},
        {"bytes=a-b", 10, {200, 0, 10}},
        {"bytes=0-1,3-4", 10, {200, 0, 10}},
        {"bytes=--1", 10, {200, 0, 10}},
        {"bytes=+1-2", 10, {200, 0, 10}},
        {"items=0-1", 10, {200, 0, 10}},
        {"bytes", 10, {200, 0, 10}},
        {"", 10, {200, 0, 10}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outcome o = judge(cases[i].range, cases[i].size);

        if (o.status != cases[i].is.status || o.offset != cases[i].is.offset ||
            o.len != cases[i].is.len)
            fail_msg("'%s' is %d %llu+%llu", cases[i].range, o.status, (unsigned long long)o.offset,
                     (unsigned long long)o.len);
    }
}

static void test_httpd_head__judges_conditions(void **state)
{
    static const struct {
        const char *match, *none_match, *if_range, *range, *etag;
        int status;
    } cases[] = {
        {"", "\"t\"", "", "", "\"t\"", 304},
        {"", "W/\"t\"", "", "", "\"t\"", 304},
        {"", "\"a\" ,\"t\"", "", "", "W/\"t\"", 304},
        {"", "*", "", "", "\"t\"", 304},
        {"", "\"a\", \"b\"", "", "", "\"t\"", 200},
        {"", "t", "", "", "\"t\"", 200},
        {"", "\"t\"", "", "", "", 200},
        {"", "\"t\"", "", "bytes=0-1", "\"t\"", 304},
        {"\"t\"", "", "", "bytes=0-1", "\"t\"", 206},
        {"*", "", "", "", "\"t\"", 200},
        {"\"a\"", "", "", "", "\"t\"", 412},
        {"W/\"t\"", "", "", "", "\"t\"", 412},
        {"\"t\"", "", "", "", "", 412},
        {"", "", "\"t\"", "bytes=0-1", "\"t\"", 206},
        {"", "", "\"a\"", "bytes=0-1", "\"t\"", 200},
        {"", "", "W/\"t\"", "bytes=0-1", "W/\"t\"", 200},
        {"", "", "Fri, 27 Nov 2026 15:36:17 GMT", "bytes=0-1", "\"t\"", 200},
        {"", "", "\"t\"", "bytes=99-", "\"t\"", 416},
        {"", "", "\"a\"", "bytes=99-", "\"t\"", 200},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct conditions c = {.if_match = span_str(cases[i].match),
                               .if_none_match = span_str(cases[i].none_match),
                               .if_range = span_str(cases[i].if_range),
                               .range = span_str(cases[i].range)};
        struct outcome o = conditions_judge(&c, span_str(cases[i].etag), 10, true);

        if (o.status != cases[i].status)
            fail_msg("case %zu is %d", i, o.status);
    }
    assert_int_equal(
        conditions_judge(&(struct conditions){.range = SPAN("bytes=0-1")}, SPAN_EMPTY, 10, false)
            .status,
        200);
}

UNIT_MAIN(UNIT(test_httpd_head__refuses), UNIT(test_httpd_head__reads),
          UNIT(test_httpd_head__limits_the_lines), UNIT(test_httpd_head__reads_chunks),
          UNIT(test_httpd_head__judges_ranges), UNIT(test_httpd_head__judges_conditions))
