// SPDX-License-Identifier: Apache-2.0
// io/httpd: requests and answers of clients that mean well.
#include "support_httpd.h"

static int set_up(void **state)
{
    struct web *w = MEM_NEW(struct web);

    web_begin(w, NULL);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    web_end(*state);
    free(*state);
    return 0;
}

static void assert_file(struct span bytes, uint64_t from)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] != web_byte(from + i))
            fail_msg("byte %zu of the body is not the file's", i);
}

static void test_httpd__answers_with_bytes(void **state)
{
    struct web *w = *state;
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    web_ask(w, "GET /small HTTP/1.1\r\nHost: a.test:5000\r\n\r\n", &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 200 OK\r\nDate: "));
    assert_has(&answer, " GMT\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n");
    assert_has_not(&answer, "Connection:");
    assert_true(span_is(web_body(&answer), "small\n"));
    assert_string_equal(w->last, "GET /small? a.test:5000 127.0.0.1");
    assert_int_equal(w->status, 200);
    assert_int_equal(w->sent, 6);
    assert_int_equal(w->whole, 1);
}

static void test_httpd__keeps_the_connection(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    for (int i = 0; i < 100; i++) {
        web_send(w, fd, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
        web_answer(w, fd, &in, false, &answer);
        assert_true(span_is(web_body(&answer), "small\n"));
    }
    assert_int_equal(httpd_counts(w->httpd).accepted, 1);
    assert_int_equal(httpd_counts(w->httpd).idle, 1);
    assert_int_equal(w->whole, 100);
}

static void test_httpd__answers_a_head_without_a_body(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd,
             "HEAD /small HTTP/1.1\r\nHost: a\r\n\r\n"
             "HEAD /file HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2\r\n\r\n"
             "GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    web_answer(w, fd, &in, true, &answer);
    assert_has(&answer, "Content-Length: 6\r\n");
    web_answer(w, fd, &in, true, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 200 "));
    assert_has(&answer, "Content-Length: 3145728\r\n");
    web_answer(w, fd, &in, true, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 204 No Content\r\n"));
    assert_has_not(&answer, "Content-Length");
    assert_int_equal(in.len, 0);
    assert_int_equal(w->released, 1);
}

static void test_httpd__sends_files_and_pieces(void **state)
{
    struct web *w = *state;
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span body;

    web_ask(w, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    assert_has(&answer, "ETag: \"t\"\r\nAccept-Ranges: bytes\r\nX-More: yes\r\n");
    body = web_body(&answer);
    assert_int_equal(body.len, WEB_FILE_BYTES);
    assert_file(body, 0);
    assert_int_equal(w->sent, WEB_FILE_BYTES);

    web_ask(w, "GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    body = web_body(&answer);
    assert_int_equal(body.len, 16);
    assert_true(span_starts(body, "one") && span_ends(body, "two"));
    assert_file(span_of(body.ptr + 3, 10), 100);
    web_turn(w, 1);
    assert_int_equal(w->released, 2);
}

static void test_httpd__sends_a_range(void **state)
{
    struct web *w = *state;
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    web_ask(w, "GET /file HTTP/1.1\r\nHost: a\r\nRange: bytes=1000000-\r\n\r\n", &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 206 Partial Content\r\n"));
    assert_has(&answer, "Content-Range: bytes 1000000-3145727/3145728\r\n");
    assert_int_equal(web_body(&answer).len, WEB_FILE_BYTES - 1000000);
    assert_file(web_body(&answer), 1000000);

    web_ask(w, "GET /file HTTP/1.1\r\nHost: a\r\nRange: bytes=3145728-\r\n\r\n", &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 416 Range Not Satisfiable\r\n"));
    assert_has(&answer, "Content-Range: bytes */3145728\r\n");

    web_ask(w, "GET /file HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\", \"t\"\r\n\r\n", &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 304 Not Modified\r\n"));
    assert_int_equal(w->status, 304);
    web_ask(w,
            "GET /file HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\"\r\nif-none-match: \"t\"\r\n\r\n",
            &answer);
    assert_int_equal(w->status, 304);

    // No answer of that kind has ranges.
    web_ask(w, "GET /small HTTP/1.1\r\nHost: a\r\nRange: bytes=1-\r\n\r\n", &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 200 "));
}

static void test_httpd__answers_later(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd,
             "GET /later HTTP/1.1\r\nHost: a\r\nX-Name:  two words \r\n\r\n"
             "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!w->held)
        web_turn(w, 1);
    web_turn(w, 5);
    assert_int_equal(w->begun, 1); // the second one waits
    assert_int_equal(httpd_busy(w->httpd), 1);
    assert_true(span_is(httpd_header(w->held, "x-name"), "two words"));
    assert_int_equal(httpd_header(w->held, "x-other").len, 0);
    web_text(w->held, 200, "at last");
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "at last"));
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
}

static void test_httpd__answers_many_that_are_sent_ahead_in_order(void **state)
{
    enum { MANY = 200 };
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    for (int i = 0; i < MANY; i++)
        buf_printf(&text, "%s /%s HTTP/1.1\r\nHost: a\r\n%s", i % 3 ? "GET" : "POST",
                   i % 2 ? "small" : "other",
                   i % 3   ? "\r\n"
                   : i % 2 ? "Content-Length: 5\r\n\r\nhello"
                           : "Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\nX: y\r\n\r\n");
    web_send_span(w, fd, buf_span(&text));
    for (int i = 0; i < MANY; i++) {
        web_answer(w, fd, &in, false, &answer);
        assert_true(span_is(web_body(&answer), i % 2 ? "small\n" : "nothing\n"));
    }
    assert_int_equal(httpd_counts(w->httpd).accepted, 1);
}

static void test_httpd__takes_a_request_byte_by_byte(void **state)
{
    static const char text[] =
        "POST /sink?a=%20b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "\r\n4;x=y\r\nbody\r\n1\r\n.\r\n0\r\nTrailer: t\r\n\r\n";
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    for (size_t i = 0; i < sizeof text - 1; i++) {
        web_send_span(w, fd, span_of(text + i, 1));
        web_turn(w, 0);
    }
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 201 Created\r\n"));
    assert_string_equal(w->last, "POST /sink?a=%20b a 127.0.0.1");
    assert_string_equal(buf_str(&w->body), "body.");
    assert_string_equal(w->body_error, "");
    assert_int_equal(w->body_ends, 1);
}

static void test_httpd__receives_a_large_body(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    buf_printf(&text, "PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
               WEB_FILE_BYTES);
    for (size_t i = 0; i < WEB_FILE_BYTES; i++)
        buf_add_char(&text, i ? web_byte(i) : 'a');
    buf_add_str(&text, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    web_send_span(w, fd, buf_span(&text));
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 201 "));
    assert_int_equal(w->body.len, WEB_FILE_BYTES);
    assert_file(span_tail(buf_span(&w->body), 1), 1);
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
}

static void test_httpd__says_continue_when_the_body_is_wanted(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd,
             "PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
             "Expect: 100-continue\r\n\r\n");
    web_answer(w, fd, &in, true, &answer);
    assert_string_equal(buf_str(&answer), "HTTP/1.1 100 Continue\r\n\r\n");
    web_send(w, fd, "body");
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 201 "));

    // Who does not want it says so at once, and what the client sends then is uncertain.
    web_send(w, fd,
             "PUT /other HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
             "Expect: 100-continue\r\n\r\n");
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 404 "));
    assert_has(&answer, "Connection: close\r\n");
    assert_true(web_ends(w, fd));
}

static void test_httpd__drops_a_body_that_nobody_wants(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd, "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n");
    web_answer(w, fd, &in, false, &answer); // before the body
    assert_has_not(&answer, "Connection: close");
    buf_add_repeat(&text, 'x', 40000);
    web_send_span(w, fd, buf_span(&text));
    web_send(w, fd, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "small\n"));

    // A large one ends the connection, and the client gets its answer all the same.
    web_send(w, fd, "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Length: 400000000\r\n\r\n");
    web_send_span(w, fd, buf_span(&text));
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
    assert_has(&answer, "Connection: close\r\n");
    assert_true(web_ends(w, fd));
}

static void test_httpd__ends_when_the_client_says_so(void **state)
{
    static const char *requests[] = {
        "GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /file HTTP/1.0\r\n\r\n",
        "GET /file HTTP/1.0\r\nHost: a\r\n\r\n",
    };
    struct web *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        int fd CLEANUP(fd_cleanup) = web_connect(w);

        web_send(w, fd, requests[i]);
        web_answer(w, fd, &in, false, &answer);
        assert_has(&answer, "Connection: close\r\n");
        assert_file(web_body(&answer), 0);
        assert_true(web_ends(w, fd));
    }
}

static void test_httpd__keeps_an_old_client_that_asks_for_it(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    for (int i = 0; i < 2; i++) {
        web_send(w, fd, "GET /small HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        web_answer(w, fd, &in, false, &answer);
        assert_has(&answer, "Connection: keep-alive\r\n");
    }
}

static void test_httpd__reads_targets_of_all_forms(void **state)
{
    static const struct {
        const char *line, *last;
    } cases[] = {
        {"GET http://b.test:80/x?y HTTP/1.1", "GET /x?y b.test:80 127.0.0.1"},
        {"GET http://b.test HTTP/1.1", "GET ? b.test 127.0.0.1"},
        {"GET https://b.test?q HTTP/1.1", "GET ?q b.test 127.0.0.1"},
        {"OPTIONS * HTTP/1.1", "OPTIONS ? a 127.0.0.1"},
        {"GET /?ns=reg%3A5000&x=/ HTTP/1.1", "GET /?ns=reg%3A5000&x=/ a 127.0.0.1"},
        {"GET //x/../%2e%2e/ HTTP/1.1", "GET //x/../%2e%2e/? a 127.0.0.1"},
    };
    struct web *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        char *text CLEANUP(mem_cleanup) = mem_printf("%s\r\nHost: a\r\n\r\n", cases[i].line);

        web_ask(w, text, &answer);
        assert_string_equal(w->last, cases[i].last);
    }
}

static void test_httpd__a_client_that_goes_is_no_failure(void **state)
{
    struct web *w = *state;
    struct linger reset = {.l_onoff = 1};
    int fd = web_connect(w);

    web_send(w, fd, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!w->held)
        web_turn(w, 1);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    close(fd);
    web_turn(w, 5);
    assert_int_equal(w->done, 0); // it is the handler's until it has answered
    web_answer_file(w, w->held);
    while (w->done == 0)
        web_turn(w, 1);
    assert_int_equal(w->whole, 0);
    assert_int_equal(w->released, 1);
    assert_int_equal(httpd_counts(w->httpd).open, 0);
}

static void test_httpd__answers_a_client_that_sends_no_more(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
    shutdown(fd, SHUT_WR);
    web_answer(w, fd, &in, false, &answer);
    assert_file(web_body(&answer), 0);
    assert_true(web_ends(w, fd));
}

static void test_httpd__stops_after_what_is_in_flight(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int busy CLEANUP(fd_cleanup) = web_connect(w), idle CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, busy, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!w->held || httpd_counts(w->httpd).open < 2)
        web_turn(w, 1);
    httpd_stop(w->httpd);
    assert_true(web_ends(w, idle));
    assert_int_equal(httpd_busy(w->httpd), 1);
    web_text(w->held, 200, "last");
    web_answer(w, busy, &in, false, &answer);
    assert_has(&answer, "Connection: close\r\n");
    assert_true(web_ends(w, busy));
    while (httpd_counts(w->httpd).open > 0)
        web_turn(w, 1);
}

static void test_httpd__ends_with_requests_in_flight(void **state)
{
    struct web *w = *state;
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd, "PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbody");
    while (w->body.len < 4)
        web_turn(w, 1);
    w->held = NULL; // the end of the body finds nothing to answer
    httpd_free(STEAL(w->httpd));
    assert_int_equal(w->done, 1);
    assert_int_equal(w->body_ends, 1);
    assert_string_equal(w->body_error, "the connection ended");
}

static int drop_piece(void *data UNUSED, struct span piece UNUSED, struct err **err UNUSED)
{
    return 0;
}

static void answer_at_end(void *data, const struct err *error UNUSED)
{
    httpd_answer(data, &(struct httpd_answer){.status = 400});
}

static void receive_then_answer(void *data, struct httpd_request *r)
{
    *(int *)data += 1;
    httpd_receive(r, 0, &(struct httpd_sink){drop_piece, answer_at_end, r});
}

// Each is told of the end, and answers what nobody hears any more.
static void test_httpd__ends_with_handlers_that_answer_then(void **state)
{
    struct web *w = *state;
    int begun = 0, fds[3];
    struct httpd_handler handler = {.request = receive_then_answer, .data = &begun};
    struct httpd *h = httpd_new(w->loop, &handler, NULL, NULL);

    w->port = httpd_listen(h, "127.0.0.1:0", NULL, &w->err);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = web_connect(w);
        web_send(w, fds[i], "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbody");
    }
    while (begun < (int)ARRAY_LEN(fds))
        web_turn(w, 1);
    httpd_free(h);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close(fds[i]);
}

UNIT_MAIN(UNIT_FIXTURE(test_httpd__answers_with_bytes),
          UNIT_FIXTURE(test_httpd__keeps_the_connection),
          UNIT_FIXTURE(test_httpd__answers_a_head_without_a_body),
          UNIT_FIXTURE(test_httpd__sends_files_and_pieces), UNIT_FIXTURE(test_httpd__sends_a_range),
          UNIT_FIXTURE(test_httpd__answers_later),
          UNIT_FIXTURE(test_httpd__answers_many_that_are_sent_ahead_in_order),
          UNIT_FIXTURE(test_httpd__takes_a_request_byte_by_byte),
          UNIT_FIXTURE(test_httpd__receives_a_large_body),
          UNIT_FIXTURE(test_httpd__says_continue_when_the_body_is_wanted),
          UNIT_FIXTURE(test_httpd__drops_a_body_that_nobody_wants),
          UNIT_FIXTURE(test_httpd__ends_when_the_client_says_so),
          UNIT_FIXTURE(test_httpd__keeps_an_old_client_that_asks_for_it),
          UNIT_FIXTURE(test_httpd__reads_targets_of_all_forms),
          UNIT_FIXTURE(test_httpd__a_client_that_goes_is_no_failure),
          UNIT_FIXTURE(test_httpd__answers_a_client_that_sends_no_more),
          UNIT_FIXTURE(test_httpd__stops_after_what_is_in_flight),
          UNIT_FIXTURE(test_httpd__ends_with_requests_in_flight),
          UNIT_FIXTURE(test_httpd__ends_with_handlers_that_answer_then))
