// SPDX-License-Identifier: Apache-2.0
// io/http: requests, repetitions, time limits, redirects, credentials.
#include "test_http.h"

static void test_http_transfer__plain_and_tls(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "http", "/ok", 0), 0);
    assert_int_equal(f->response.status, 200);
    assert_string_equal(buf_str(&f->response.body), "hello");
    assert_string_equal(http_header(&f->response, "content-type"), "text/plain");
    assert_int_equal(get(f, "https", "/ok", 0), 0);
    assert_string_equal(buf_str(&f->response.body), "hello");
    assert_true(f->response.date > 0);
}

static void test_http_transfer__any_status_is_an_answer(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "http", "/nothing", HTTP_RETRY_ALL), 0);
    assert_int_equal(f->response.status, 404);
    assert_int_equal(http_check_status(&f->response, &f->err), -1);
    assert_err(f->err, ERR_SOURCE, "404 not found: nothing here");
}

static void test_http_transfer__methods_and_bodies(void **state)
{
    struct fixture *f = *state;
    static const char *const headers[] = {"Content-Type: application/x", "X-Own: 1", NULL};
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        struct http_request request = {.method = methods[i],
                                       .url = url_of(f, "http", "/echo"),
                                       .headers = headers,
                                       .body = SPAN("payload")};
        char *method CLEANUP(mem_cleanup) = mem_printf("\"method\": \"%s\"", methods[i]);
        const char *told;

        http_response_free(&f->response);
        assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
        told = buf_str(&f->response.body);
        assert_non_null(strstr(told, method));
        assert_non_null(strstr(told, "\"body\": \"payload\""));
        assert_non_null(strstr(told, "\"content-type\": \"application/x\""));
        assert_null(strstr(told, "accept-encoding"));
    }
}

static void test_http_transfer__busy_is_repeated_and_retry_after_kept(void **state)
{
    struct fixture *f = *state;
    int64_t start;

    assert_int_equal(get(f, "http", "/status/503?times=2", HTTP_RETRY_BUSY), 0);
    assert_int_equal(f->response.status, 200);
    assert_string_equal(buf_str(&f->response.body), "hello");
    start = timer_now();
    assert_int_equal(get(f, "http", "/status/429?times=1&after=1", HTTP_RETRY_BUSY), 0);
    assert_int_equal(f->response.status, 200);
    assert_true(timer_now() - start >= 1000);
}

// It is not the answer of its last attempt that is told then.
static void test_http_transfer__what_is_called_off_is_not_repeated(void **state)
{
    struct fixture *f = *state;
    struct cancel *own CLEANUP(cancel_cleanup) = cancel_new(&f->err);
    struct http_request request = {.retry = HTTP_RETRY_ALL, .budget = {.cancel = own}};
    const char *const paths[] = {"/status/503?times=2&k=off", "/reset?times=2&k=off"};

    cancel_request(own);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        request.url = url_of(f, "http", paths[i]);
        http_response_free(&f->response);
        assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
        assert_err(f->err, ERR_CANCELLED, "interrupted");
        assert_int_equal(f->response.failure, HTTP_CANCELLED);
        err_clear(&f->err);
    }
}

static void test_http_transfer__what_must_not_be_repeated_is_not(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "http", "/status/500?k=1", HTTP_RETRY_BUSY), 0);
    assert_int_equal(f->response.status, 500);
    assert_count(f, "/status/500%3Fk=1", "1");
    // A server that wants us to wait longer than we are ready to gets its way at once.
    assert_int_equal(get(f, "http", "/status/503?after=3600", HTTP_RETRY_BUSY), 0);
    assert_int_equal(f->response.status, 503);
    assert_count(f, "/status/503%3Fafter=3600", "1");
}

static void test_http_transfer__broken_connections_are_repeated(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "http", "/reset?times=1&a", 0), -1);
    assert_err(f->err, ERR_SOURCE, "the connection broke");
    assert_int_equal(get(f, "http", "/reset?times=2&b", HTTP_RETRY_BROKEN), 0);
    assert_string_equal(buf_str(&f->response.body), "hello");
    // A collected body starts over, whole.
    assert_int_equal(get(f, "http", "/break/1000/400?times=1&ignore=1", HTTP_RETRY_BROKEN), 0);
    assert_int_equal(f->response.body.len, 1000);
}

static void test_http_transfer__unreachable_names_host_and_reason(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = "https://127.0.0.1:1/x?token=t0p"};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_UNREACHED);
    assert_err(f->err, ERR_SOURCE, "GET https://127.0.0.1:1/x?token=***");
    assert_err(f->err, ERR_SOURCE, "cannot connect to 127.0.0.1:1: Connection refused");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.url = "https://no-such-host.invalid/";
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_err(f->err, ERR_SOURCE, "cannot be resolved");
}

static void test_http_transfer__stalls_and_deadlines_end_it(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/stall"), .stall_timeout_ms = 1000};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_BROKEN);
    assert_err(f->err, ERR_SOURCE, "stalled");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.stall_timeout_ms = -1;
    request.budget.deadline = timer_now() + 300;
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_TIMED_OUT);
    assert_err(f->err, ERR_TIMEOUT, "time limit");
}

static void test_http_transfer__a_deadline_holds_for_all_attempts(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = "http://127.0.0.1:1/",
                                   .retry = HTTP_RETRY_ALL,
                                   .budget = {.attempts = 1000, .deadline = timer_now() + 1000}};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_true(timer_now() >= request.budget.deadline - 1000);
    assert_err(f->err, ERR_SOURCE, "cannot connect");
}

static void test_http_transfer__bodies_have_a_limit(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/size/5000"), .max_bytes = 4999};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_REFUSED);
    assert_err(f->err, ERR_SOURCE, "larger than 4999 bytes");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.max_bytes = 5000;
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_int_equal(f->response.body.len, 5000);
}

static void test_http_transfer__redirects_never_leave_https(void **state)
{
    struct fixture *f = *state;
    char *down CLEANUP(mem_cleanup) =
        mem_printf("/redirect?to=http://127.0.0.1:%s/ok", server_fact(server, "http"));
    char *same CLEANUP(mem_cleanup) =
        mem_printf("/redirect?to=https://127.0.0.1:%s/ok", server_fact(server, "https"));

    assert_int_equal(get(f, "https", same, 0), 0);
    assert_string_equal(buf_str(&f->response.body), "hello");
    assert_non_null(strstr(f->response.url, "/ok"));
    assert_int_equal(get(f, "https", down, 0), -1);
    assert_err(f->err, ERR_SOURCE, "redirects from https to anything else are refused");
    assert_int_equal(get(f, "https", "/redirect?to=file:///etc/passwd", 0), -1);
}

static void test_http_transfer__redirect_loops_end(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "https", "/redirect?to=/redirect%3Fto%3D%252Fok", 0), 0);
    assert_string_equal(buf_str(&f->response.body), "hello");
    assert_int_equal(get(f, "https", "/loop", 0), -1);
    assert_err(f->err, ERR_SOURCE, "more than 10 redirects");
}

static void test_http_transfer__credentials_stay_with_the_host(void **state)
{
    struct fixture *f = *state;
    char *other CLEANUP(mem_cleanup) =
        mem_printf("/redirect?to=https://localhost:%s/echo", server_fact(server, "https"));
    struct http_request request = {
        .url = url_of(f, "https", "/echo"), .site = &f->site, .bearer = "sesame", .follow = true};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "Bearer sesame"));
    http_response_free(&f->response);
    request.url = url_of(f, "https", other);
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "/echo"));
    assert_null(strstr(buf_str(&f->response.body), "sesame"));
}

static void test_http_transfer__other_origins_are_told(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *to, *port;
        bool elsewhere;
    } cases[] = {
        {"127.0.0.1", "https", false}, {"localhost", "https", true}, {"127.0.0.1", "mutual", true}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *path CLEANUP(mem_cleanup) =
            mem_printf("/redirect?to=https://%s:%s/status/401%%3F%zu", cases[i].to,
                       server_fact(server, cases[i].port), i);

        if (strcmp(cases[i].port, "mutual") == 0) { // it wants a certificate: any will do
            server_file(server, "rsa.crt", &f->cert);
            server_file(server, "rsa.key", &f->key);
            f->site.client_cert_pem = buf_span(&f->cert);
            f->site.client_key_pem = buf_span(&f->key);
        }
        assert_int_equal(get(f, "https", path, 0), 0);
        assert_int_equal(f->response.status, 401);
        assert_int_equal(f->response.elsewhere, cases[i].elsewhere);
        assert_int_equal(http_check_status(&f->response, &f->err), -1);
        assert_hint(f, cases[i].elsewhere ? "redirected" : "missing or wrong");
    }
}

static int get_text(struct fixture *f, const char *path, uint64_t max_bytes)
{
    struct http_request request = {
        .url = url_of(f, "https", path), .site = &f->site, .text = true, .max_bytes = max_bytes};

    http_response_free(&f->response);
    err_clear(&f->err);
    return http_perform(f->http, &request, &f->response, &f->err);
}

static void test_http_transfer__text_is_unpacked(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get_text(f, "/echo", 0), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "\"accept-encoding\": \"gzip\""));
    assert_int_equal(get_text(f, "/encoded/gzip", 0), 0);
    assert_string_equal(buf_str(&f->response.body), "a: text\n");
    assert_int_equal(get_text(f, "/encoded/gzip?twice", 0), 0);
    assert_string_equal(buf_str(&f->response.body), "a: text\na: text\n");
    // Not what is not called text: its bytes have a digest.
    assert_int_equal(get(f, "https", "/encoded/gzip", 0), 0);
    assert_memory_equal(f->response.body.data, "\x1f\x8b", 2);
}

static void test_http_transfer__text_that_cannot_be_unpacked(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get_text(f, "/encoded/br", 0), -1);
    assert_err(f->err, ERR_SOURCE, "/encoded/br: the answer has the content encoding 'br'");
    assert_hint(f, "gzip");
    assert_int_equal(get_text(f, "/encoded/gzip?cut", 0), -1);
    assert_err(f->err, ERR_SOURCE, "/encoded/gzip?cut: the gzip content of the answer is cut off");
    // 10 MiB that come as 10 KiB.
    assert_int_equal(get_text(f, "/encoded/gzip/10485760", 1 << 20), -1);
    assert_err(f->err, ERR_SOURCE, "larger than 1048576 bytes");
    assert_true(f->response.body.len == 0);
    assert_int_equal(get_text(f, "/encoded/gzip/1048576", 1 << 20), 0);
    assert_int_equal(f->response.body.len, 1 << 20);
    assert_int_equal(get_text(f, "/encoded/gzip?broken", 0), -1);
    assert_err(f->err, ERR_SOURCE, "is broken");
    assert_int_equal(get_text(f, "/encoded/br?status=404", 0), 0);
    assert_int_equal(f->response.status, 404);
}

static void test_http_transfer__credentials_are_not_sent_over_http(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/echo"), .bearer = "sesame"};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_err(f->err, ERR_SOURCE, "credentials are only sent over https");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.allow_plain_auth = true;
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "Bearer sesame"));
}

SERVER_MAIN("http_faults.py", UNIT_FIXTURE(test_http_transfer__plain_and_tls),
            UNIT_FIXTURE(test_http_transfer__any_status_is_an_answer),
            UNIT_FIXTURE(test_http_transfer__methods_and_bodies),
            UNIT_FIXTURE(test_http_transfer__busy_is_repeated_and_retry_after_kept),
            UNIT_FIXTURE(test_http_transfer__what_is_called_off_is_not_repeated),
            UNIT_FIXTURE(test_http_transfer__what_must_not_be_repeated_is_not),
            UNIT_FIXTURE(test_http_transfer__broken_connections_are_repeated),
            UNIT_FIXTURE(test_http_transfer__unreachable_names_host_and_reason),
            UNIT_FIXTURE(test_http_transfer__stalls_and_deadlines_end_it),
            UNIT_FIXTURE(test_http_transfer__a_deadline_holds_for_all_attempts),
            UNIT_FIXTURE(test_http_transfer__bodies_have_a_limit),
            UNIT_FIXTURE(test_http_transfer__redirects_never_leave_https),
            UNIT_FIXTURE(test_http_transfer__redirect_loops_end),
            UNIT_FIXTURE(test_http_transfer__credentials_stay_with_the_host),
            UNIT_FIXTURE(test_http_transfer__other_origins_are_told),
            UNIT_FIXTURE(test_http_transfer__text_is_unpacked),
            UNIT_FIXTURE(test_http_transfer__text_that_cannot_be_unpacked),
            UNIT_FIXTURE(test_http_transfer__credentials_are_not_sent_over_http))
