// SPDX-License-Identifier: Apache-2.0
// io/http: bodies as streams, and going on after a break.
#include "test_http.h"

static void assert_pattern(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        assert_int_equal((unsigned char)s.ptr[i], i % 251);
}

static void test_http_stream__streams_are_whole(void **state)
{
    struct fixture *f = *state;
    struct buf all CLEANUP(buf_free) = BUF_INIT((size_t)64 << 20);
    struct http_request request = {.url = url_of(f, "https", "/size/30000000"), .site = &f->site};
    struct stream *s CLEANUP(stream_cleanup) = http_open(f->http, &request, &f->err);

    assert_non_null(s);
    assert_string_equal(http_header(http_stream_response(s), "content-length"), "30000000");
    assert_int_equal(stream_read_all(s, &all, ERR_SOURCE, "body", &f->err), 0);
    assert_int_equal(all.len, 30000000);
    assert_pattern(buf_span(&all));
}

static void test_http_stream__opening_an_error_page_fails(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/nothing")};

    assert_null(http_open(f->http, &request, &f->err));
    assert_err(f->err, ERR_SOURCE, "404 not found: nothing here");
}

static void test_http_stream__broken_streams_resume(void **state)
{
    struct fixture *f = *state;
    struct buf all CLEANUP(buf_free) = BUF_INIT((size_t)64 << 20);
    struct http_request request = {.url = url_of(f, "http", "/break/300000/200000?times=1"),
                                   .retry = HTTP_RETRY_ALL,
                                   .resume = true};
    struct stream *s CLEANUP(stream_cleanup) = http_open(f->http, &request, &f->err);

    assert_non_null(s);
    assert_int_equal(stream_read_all(s, &all, ERR_SOURCE, "body", &f->err), 0);
    assert_int_equal(all.len, 300000);
    assert_pattern(buf_span(&all));
    assert_count(f, "/break/300000/200000%3Ftimes=1", "2");
}

// The break may be noticed while opening or while reading.
static int open_and_drain(struct fixture *f, const struct http_request *request)
{
    struct stream *s CLEANUP(stream_cleanup) = http_open(f->http, request, &f->err);

    return s ? stream_drain(s, &f->err) : -1;
}

static void test_http_stream__resuming_needs_a_server_with_ranges(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url =
                                       url_of(f, "http", "/break/300000/200000?times=1&ignore=1"),
                                   .retry = HTTP_RETRY_ALL,
                                   .resume = true};

    assert_int_equal(open_and_drain(f, &request), -1);
    assert_err(f->err, ERR_SOURCE, "cannot go on at byte");
}

static void test_http_stream__streams_without_resume_break(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/break/300000/200000?times=9&n"),
                                   .retry = HTTP_RETRY_ALL};

    assert_int_equal(open_and_drain(f, &request), -1);
    assert_err(f->err, ERR_SOURCE, "the connection broke");
}

static void test_http_stream__offset_starts_in_the_middle(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/break/1000/0?times=0"),
                                   .offset = 990};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_int_equal(f->response.status, 206);
    assert_int_equal(f->response.body.len, 10);
    http_response_free(&f->response);
    request.url = url_of(f, "http", "/size/1000");
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_err(f->err, ERR_SOURCE, "cannot go on at byte 990");
}

SERVER_MAIN("http_faults.py", UNIT_FIXTURE(test_http_stream__streams_are_whole),
            UNIT_FIXTURE(test_http_stream__opening_an_error_page_fails),
            UNIT_FIXTURE(test_http_stream__broken_streams_resume),
            UNIT_FIXTURE(test_http_stream__resuming_needs_a_server_with_ranges),
            UNIT_FIXTURE(test_http_stream__streams_without_resume_break),
            UNIT_FIXTURE(test_http_stream__offset_starts_in_the_middle))
