// SPDX-License-Identifier: Apache-2.0
// io/httpd: clients that are slow, broken or hostile, and the limits that hold them.
#include "support_httpd.h"

#include <sys/resource.h>
#include <sys/un.h>

enum { SHORT_MS = 100 }; // a limit that a test waits for

static int set_up_limits(void **state, struct httpd_limits limits)
{
    struct web *w = MEM_NEW(struct web);

    web_begin(w, &limits);
    *state = w;
    return 0;
}

static int set_up(void **state)
{
    return set_up_limits(state, (struct httpd_limits){0});
}

static int set_up_impatient(void **state)
{
    return set_up_limits(state, (struct httpd_limits){.head_ms = SHORT_MS});
}

static int set_up_short_idle(void **state)
{
    return set_up_limits(state, (struct httpd_limits){.idle_ms = SHORT_MS});
}

static int set_up_short_stall(void **state)
{
    return set_up_limits(state, (struct httpd_limits){.stall_ms = SHORT_MS});
}

static int set_up_few(void **state)
{
    return set_up_limits(state, (struct httpd_limits){.connections = 4});
}

static int tear_down(void **state)
{
    web_end(*state);
    free(*state);
    return 0;
}

// An honest client is served, whatever else goes on.
static void assert_serves(struct web *w)
{
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    web_ask(w, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
}

// Sends `text`, expects that status, and that the server ends the connection.
static void assert_refused(struct web *w, struct span text, int status)
{
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    char line[32];
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send_span(w, fd, text);
    web_answer(w, fd, &in, false, &answer);
    snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
    if (!span_starts(buf_span(&answer), line))
        fail_msg("%.40s instead of %d", buf_str(&answer), status);
    assert_has(&answer, "Connection: close\r\n");
    assert_true(web_ends(w, fd));
}

static void test_httpd_hostile__refuses_what_is_no_request(void **state)
{
    struct web *w = *state;

    assert_refused(w, SPAN("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400);
    assert_refused(w, SPAN("SSH-2.0-OpenSSH_9.2\r\n"), 400);
    assert_refused(w, SPAN("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
    assert_refused(w, SPAN("GET / HTTP/1.1\r\nHost: a\r\nX\0Y: b\r\n\r\n"), 400);
    assert_refused(w,
                   SPAN("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /small HTTP/1.1\r\n\r\n"),
                   400);
    assert_int_equal(w->begun, 0);
    assert_int_equal(httpd_counts(w->httpd).refused, 5);
    assert_serves(w);
}

static void test_httpd_hostile__refuses_a_head_that_is_too_large(void **state)
{
    struct web *w = *state;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    buf_add_str(&text, "GET /small HTTP/1.1\r\nHost: a\r\nX: ");
    buf_add_repeat(&text, 'x', 1 << 20);
    assert_refused(w, buf_span(&text), 431);
    buf_truncate(&text, 0);
    buf_add_str(&text, "GET /");
    buf_add_repeat(&text, 'x', 1 << 20);
    assert_refused(w, buf_span(&text), 414);
    buf_truncate(&text, 0);
    buf_add_str(&text, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 1000; i++)
        buf_add_str(&text, "a:b\r\n");
    assert_refused(w, buf_span(&text), 431);
    assert_int_equal(w->begun, 0);
    assert_serves(w);
}

// Just below the limit it is taken.
static void test_httpd_hostile__takes_a_large_head(void **state)
{
    struct web *w = *state;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    buf_add_str(&text, "GET /small HTTP/1.1\r\nHost: a\r\nX: ");
    buf_add_repeat(&text, 'x', HTTPD_HEAD_BYTES - text.len - 4);
    buf_add_str(&text, "\r\n\r\n");
    web_ask(w, buf_str(&text), &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
}

// The limit is for all of the head: a byte now and then does not help.
static void test_httpd_hostile__ends_a_slow_head(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd, "GET /small HTTP/1.1\r\nX: ");
    while (httpd_counts(w->httpd).timed_out == 0) {
        web_send(w, fd, "x");
        web_turn(w, 5);
    }
    assert_false(web_read(w, fd, &in, SIZE_MAX));
    assert_has(&in, "HTTP/1.1 408 ");
    assert_int_equal(w->begun, 0);
    assert_serves(w);
}

static void test_httpd_hostile__ends_what_idles(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int silent CLEANUP(fd_cleanup) = web_connect(w), used CLEANUP(fd_cleanup) = web_connect(w);
    int later CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, used, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    web_answer(w, used, &in, false, &answer);
    web_send(w, later, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(web_ends(w, silent));
    assert_true(web_ends(w, used));
    assert_int_equal(httpd_counts(w->httpd).timed_out, 2);
    assert_int_equal(httpd_counts(w->httpd).open, 1); // the request waits for its handler
    web_text(w->held, 200, "now");
    web_answer(w, later, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "now"));
}

// A client that takes nothing of its answer.
static void test_httpd_hostile__ends_an_answer_that_stalls(void **state)
{
    struct web *w = *state;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    // So many that they are more than what the kernel buffers.
    for (int i = 0; i < 100; i++)
        buf_add_str(&text, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
    web_send_span(w, fd, buf_span(&text));
    while (httpd_counts(w->httpd).open > 0 || w->begun == 0)
        web_turn(w, 1);
    assert_int_equal(httpd_counts(w->httpd).timed_out, 1);
    assert_int_equal(w->done, w->begun);
    assert_true(w->begun < 100);
    assert_true(w->whole < w->begun);
    assert_int_equal(w->released, w->begun);
}

static void test_httpd_hostile__ends_a_body_that_stalls(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int fd CLEANUP(fd_cleanup) = web_connect(w);

    web_send(w, fd, "PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbody");
    web_answer(w, fd, &in, false, &answer);
    assert_true(span_starts(buf_span(&answer), "HTTP/1.1 400 "));
    assert_string_equal(w->body_error, "the client stalled");
    assert_true(web_ends(w, fd));
}

static void test_httpd_hostile__tells_of_a_bad_body(void **state)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "bad chunk"},
        {"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef", "bad body"},
        {"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "bad chunk"},
        {"Content-Length: 40\r\n\r\n!!! and so on", "no exclamations"},
        {"Content-Length: 99999\r\n\r\nabc", "the body is larger than 1000 bytes"},
    };
    struct web *w = *state;

    w->body_max = 1000;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text CLEANUP(mem_cleanup) =
            mem_printf("PUT /sink HTTP/1.1\r\nHost: a\r\n%s", cases[i].text);

        assert_refused(w, span_str(text), 400);
        assert_string_equal(w->body_error, cases[i].error);
        assert_int_equal(w->body_ends, i + 1);
    }
    assert_serves(w);
}

static void test_httpd_hostile__limits_a_body_of_unknown_length(void **state)
{
    struct web *w = *state;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    w->body_max = 1000;
    buf_add_str(&text, "PUT /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 101; i++)
        buf_add_str(&text, "a\r\n0123456789\r\n");
    assert_refused(w, buf_span(&text), 400);
    assert_string_equal(w->body_error, "the body is larger than 1000 bytes");
    assert_true(w->body.len <= 1000);
}

static void test_httpd_hostile__tells_of_a_client_that_went_in_its_body(void **state)
{
    struct web *w = *state;
    int fd = web_connect(w);

    web_send(w, fd, "PUT /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo");
    close(fd);
    while (w->done == 0)
        web_turn(w, 1);
    assert_string_equal(w->body_error, "the client ended the connection in the middle of the body");
    assert_int_equal(httpd_counts(w->httpd).open, 0);
}

static void test_httpd_hostile__makes_room_for_a_new_connection(void **state)
{
    struct web *w = *state;
    int idle CLEANUP(fd_cleanup) = web_connect(w), busy CLEANUP(fd_cleanup) = web_connect(w);
    int slow[4];

    web_send(w, busy, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!w->held || httpd_counts(w->httpd).open < 2)
        web_turn(w, 1);
    for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
        slow[i] = web_connect(w);
        web_send(w, slow[i], "GET /small HT");
    }
    while (httpd_counts(w->httpd).accepted < 6)
        web_turn(w, 1);
    assert_true(web_ends(w, idle)); // the one that idled longest goes first
    assert_int_equal(httpd_counts(w->httpd).open, 4);
    for (int i = 0; i < 10; i++) // then the ones that are slow
        assert_serves(w);
    assert_int_equal(httpd_busy(w->httpd), 1);
    web_text(w->held, 200, "still here");
    assert_false(web_ends(w, busy));
    for (size_t i = 0; i < ARRAY_LEN(slow); i++)
        close(slow[i]);
}

static void test_httpd_hostile__waits_when_all_are_busy(void **state)
{
    struct web *w = *state;
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct httpd_request *held[4];
    int busy[4], fifth CLEANUP(fd_cleanup) = -1;

    for (size_t i = 0; i < ARRAY_LEN(busy); i++) {
        busy[i] = web_connect(w);
        web_send(w, busy[i], "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
        while (w->begun <= i)
            web_turn(w, 1);
        held[i] = w->held;
    }
    w->held = NULL;
    fifth = web_connect(w);
    web_send(w, fifth, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    web_turn(w, 20);
    assert_int_equal(w->begun, 4); // the fifth is in the kernel's queue
    assert_int_equal(w->warnings, 1);
    assert_string_equal(w->warning, "httpd: the limit of connections is reached: with 4 "
                                    "connections, all busy, new ones wait");
    for (size_t i = 0; i < ARRAY_LEN(busy); i++) {
        web_text(held[i], 200, "now");
        close(busy[i]);
    }
    web_answer(w, fifth, &in, false, &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
}

// Nothing is left for an accept(): what idles is given up, and who waits is served.
static void test_httpd_hostile__survives_without_descriptors(void **state)
{
    struct web *w = *state;
    struct rlimit before, few;
    int taken[512], clients[3];
    size_t len = 0;

    for (size_t i = 0; i < ARRAY_LEN(clients); i++)
        clients[i] = web_connect(w);
    while (httpd_counts(w->httpd).open < ARRAY_LEN(clients))
        web_turn(w, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){256, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (len < ARRAY_LEN(taken) && (taken[len] = dup(w->file)) >= 0)
        len++;
    close(taken[--len]); // for the client
    assert_serves(w);
    while (len > 0)
        close(taken[--len]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (size_t i = 0; i < ARRAY_LEN(clients); i++)
        close(clients[i]);
    assert_serves(w);
}

// Together they hold a few megabytes at most: the oldest make room.
static void test_httpd_hostile__limits_all_heads_together(void **state)
{
    enum { MANY = 200, LARGE = 30000 };
    struct web *w = *state;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int clients[MANY];

    buf_add_str(&text, "GET /small HTTP/1.1\r\nHost: a\r\nX: ");
    buf_add_repeat(&text, 'x', LARGE);
    for (int i = 0; i < MANY; i++) {
        clients[i] = web_connect(w);
        web_send_span(w, clients[i], buf_span(&text));
    }
    while (httpd_counts(w->httpd).timed_out == 0)
        web_turn(w, 1);
    assert_serves(w);
    assert_false(web_read(w, clients[0], &in, SIZE_MAX));
    assert_has(&in, "HTTP/1.1 408 ");
    buf_truncate(&in, 0);
    web_send(w, clients[MANY - 1], "\r\n\r\n");
    web_answer(w, clients[MANY - 1], &in, false, &answer);
    assert_true(span_is(web_body(&answer), "small\n"));
    for (int i = 0; i < MANY; i++)
        close(clients[i]);
}

// What they hold is small: the buffers are there for requests alone.
static void test_httpd_hostile__holds_many_that_idle(void **state)
{
    enum { MANY = 400 };
    struct web *w = *state;
    int clients[MANY];

    for (int i = 0; i < MANY; i++)
        clients[i] = web_connect(w);
    while (httpd_counts(w->httpd).open < MANY)
        web_turn(w, 1);
    assert_serves(w);
    for (int i = 0; i < MANY; i++) {
        struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        web_send(w, clients[i], "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
        web_answer(w, clients[i], &in, false, &answer);
    }
    assert_true(httpd_counts(w->httpd).idle >= MANY);
    for (int i = 0; i < MANY; i++)
        close(clients[i]);
    while (httpd_counts(w->httpd).open > 0)
        web_turn(w, 1);
    assert_int_equal(httpd_counts(w->httpd).idle, 0);
}

// --- addresses ---

static void test_httpd_hostile__refuses_addresses(void **state)
{
    static const struct {
        const char *address, *words;
        enum err_kind kind;
    } cases[] = {
        {"", "no address", ERR_USAGE},
        {"localhost", "no address", ERR_USAGE},
        {"127.0.0.1:http", "no address", ERR_USAGE},
        {"127.0.0.1:65536", "no address", ERR_USAGE},
        {"127.0.0.1:-1", "no address", ERR_USAGE},
        {"::1:80", "is written as [ADDRESS]:PORT", ERR_USAGE},
        {"[::1:80", "is written as [ADDRESS]:PORT", ERR_USAGE},
        {"unix:", "a socket's path", ERR_USAGE},
        {"unix:/nonexistent/socket", "listen on unix:/nonexistent/socket: No such", ERR_CONFIG},
        {"fd:x", "no descriptor", ERR_USAGE},
        {"fd:0", "no socket that listens", ERR_CONFIG},
        {"fd:9999", "no socket that listens", ERR_CONFIG},
        {"192.0.2.1:0", "listen on 192.0.2.1:0: Cannot assign", ERR_CONFIG},
        {"no-such-host.invalid:80", "no-such-host.invalid", ERR_CONFIG},
    };
    struct web *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(httpd_listen(w->httpd, cases[i].address, NULL, &err), -1);
        assert_err(err, cases[i].kind, cases[i].words);
    }
    {
        struct err *err CLEANUP(err_cleanup) = NULL;
        char *taken CLEANUP(mem_cleanup) = mem_printf("127.0.0.1:%d", w->port);

        assert_int_equal(httpd_listen(w->httpd, taken, NULL, &err), -1);
        assert_err(err, ERR_CONFIG, "Address already in use");
    }
}

static void test_httpd_hostile__listens_on_all_kinds(void **state)
{
    struct web *w = *state;
    char path[] = "/tmp/httpd-test-XXXXXX";
    char *address CLEANUP(mem_cleanup) = NULL;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct buf in CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf answer CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    int left, given, fd CLEANUP(fd_cleanup) = -1;

    w->port = httpd_listen(w->httpd, ":0", NULL, &w->err);
    assert_true(w->port > 0);
    assert_serves(w); // as IPv4, by the socket of both
    assert_string_equal(w->last, "GET /small? a 127.0.0.1");
    w->port = httpd_listen(w->httpd, "localhost:0", NULL, &w->err);
    assert_serves(w);

    // A socket file that nobody listens on any more is replaced.
    assert_non_null(mkdtemp(path));
    snprintf(to.sun_path, sizeof to.sun_path, "%s/socket", path);
    left = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(left, (struct sockaddr *)&to, sizeof to), 0);
    close(left);
    address = mem_printf("unix:%s", to.sun_path);
    assert_int_equal(httpd_listen(w->httpd, address, NULL, &w->err), 0);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    web_send(w, fd, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
    web_answer(w, fd, &in, false, &answer);
    assert_int_equal(web_body(&answer).len, WEB_FILE_BYTES);
    assert_string_equal(w->last, "GET /file? a unix");

    given = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(listen(given, 5), 0); // binds it to a free port
    free(STEAL(address));
    address = mem_printf("fd:%d", given);
    w->port = httpd_listen(w->httpd, address, NULL, &w->err);
    assert_true(w->port > 0);
    assert_serves(w);
    assert_int_equal(httpd_listen(w->httpd, address, NULL, &w->err), -1);
    assert_err(w->err, ERR_USAGE, "is given twice");
    err_clear(&w->err);

    httpd_stop(w->httpd);
    assert_int_equal(access(to.sun_path, F_OK), -1);
    rmdir(path);
}

// What is no socket refuses connections as one that was left behind does, and is not replaced.
static void test_httpd_hostile__keeps_a_file_in_the_place_of_its_socket(void **state)
{
    struct web *w = *state;
    char path[] = "/tmp/httpd-test-XXXXXX";
    char *address CLEANUP(mem_cleanup) = NULL;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    address = mem_printf("unix:%s", path);
    assert_int_equal(httpd_listen(w->httpd, address, NULL, &w->err), -1);
    assert_err(w->err, ERR_CONFIG, "Address already in use");
    err_clear(&w->err);
    assert_int_equal(unlink(path), 0);
}

#define WITH(function, fixture)                                                                    \
    cmocka_unit_test_setup_teardown(test_httpd_hostile__##function, fixture, tear_down)

UNIT_MAIN(WITH(refuses_what_is_no_request, set_up), WITH(refuses_a_head_that_is_too_large, set_up),
          WITH(takes_a_large_head, set_up), WITH(ends_a_slow_head, set_up_impatient),
          WITH(ends_what_idles, set_up_short_idle),
          WITH(ends_an_answer_that_stalls, set_up_short_stall),
          WITH(ends_a_body_that_stalls, set_up_short_stall), WITH(tells_of_a_bad_body, set_up),
          WITH(limits_a_body_of_unknown_length, set_up),
          WITH(tells_of_a_client_that_went_in_its_body, set_up),
          WITH(makes_room_for_a_new_connection, set_up_few),
          WITH(waits_when_all_are_busy, set_up_few), WITH(survives_without_descriptors, set_up),
          WITH(holds_many_that_idle, set_up), WITH(limits_all_heads_together, set_up),
          WITH(refuses_addresses, set_up), WITH(listens_on_all_kinds, set_up),
          WITH(keeps_a_file_in_the_place_of_its_socket, set_up))
