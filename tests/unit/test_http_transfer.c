// SPDX-License-Identifier: Apache-2.0
// io/http against a server that misbehaves on demand (tests/servers/http_faults.py).
#include "unit.h"

#include <unistd.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "io/http.h"
#include "support_server.h"

static struct server *server;

struct fixture {
    struct http *http;
    struct cancel *cancel;
    struct buf ca;
    struct http_site site; // trusts the server's CA
    struct http_response response;
    struct err *err;
    char *url;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    struct http_options options = {0};

    f->cancel = cancel_new(false, &f->err);
    options.cancel = f->cancel;
    f->http = http_new(&options, &f->err);
    assert_non_null(f->http);
    f->ca = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    server_file(server, "ca.crt", &f->ca);
    f->site.ca_pem = buf_span(&f->ca);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    http_response_free(&f->response);
    http_free(f->http);
    cancel_free(f->cancel);
    buf_free(&f->ca);
    err_free(f->err);
    free(f->url);
    free(f);
    return 0;
}

// "https", "/x" -> https://127.0.0.1:PORT/x
static const char *url_of(struct fixture *f, const char *port, const char *path)
{
    const char *scheme = strcmp(port, "http") == 0 ? "http" : "https";

    free(f->url);
    f->url = mem_printf("%s://127.0.0.1:%s%s", scheme, server_fact(server, port), path);
    return f->url;
}

static int get(struct fixture *f, const char *port, const char *path, unsigned retry)
{
    struct http_request request = {
        .url = url_of(f, port, path), .site = &f->site, .retry = retry, .follow = true};

    http_response_free(&f->response);
    err_clear(&f->err);
    return http_perform(f->http, &request, &f->response, &f->err);
}

static void assert_error(struct fixture *f, enum err_kind kind, const char *words)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_non_null(f->err);
    err_format(f->err, &text);
    if (!strstr(buf_str(&text), words))
        fail_msg("'%s' does not say '%s'", buf_str(&text), words);
    assert_int_equal(err_kind(f->err), kind);
}

static void assert_hint(struct fixture *f, const char *words)
{
    assert_non_null(err_hint_text(f->err));
    assert_non_null(strstr(err_hint_text(f->err), words));
}

static void assert_count(struct fixture *f, const char *path, const char *count)
{
    char *question CLEANUP(mem_cleanup) = mem_printf("/count%s", path);

    assert_int_equal(get(f, "http", question, HTTP_RETRY_NONE), 0);
    assert_string_equal(buf_str(&f->response.body), count);
}

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
    assert_error(f, ERR_SOURCE, "404 not found: nothing here");
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
    assert_error(f, ERR_SOURCE, "the connection broke");
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
    assert_error(f, ERR_SOURCE, "GET https://127.0.0.1:1/x?token=***");
    assert_error(f, ERR_SOURCE, "cannot connect to 127.0.0.1:1: Connection refused");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.url = "https://no-such-host.invalid/";
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_error(f, ERR_SOURCE, "cannot be resolved");
}

static void test_http_transfer__stalls_and_deadlines_end_it(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/stall"), .stall_timeout_ms = 1000};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_BROKEN);
    assert_error(f, ERR_SOURCE, "stalled");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.stall_timeout_ms = -1;
    request.deadline = timer_now() + 300;
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_TIMED_OUT);
    assert_error(f, ERR_TIMEOUT, "time limit");
}

static void test_http_transfer__a_deadline_holds_for_all_attempts(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = "http://127.0.0.1:1/",
                                   .retry = HTTP_RETRY_ALL,
                                   .attempts = 1000,
                                   .deadline = timer_now() + 1000};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_true(timer_now() >= request.deadline - 1000);
    assert_error(f, ERR_SOURCE, "cannot connect");
}

static void test_http_transfer__bodies_have_a_limit(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/size/5000"), .max_bytes = 4999};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_REFUSED);
    assert_error(f, ERR_SOURCE, "larger than 4999 bytes");
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
    assert_error(f, ERR_SOURCE, "redirects from https to anything else are refused");
    assert_int_equal(get(f, "https", "/redirect?to=file:///etc/passwd", 0), -1);
}

static void test_http_transfer__redirect_loops_end(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "https", "/redirect?to=/redirect%3Fto%3D%252Fok", 0), 0);
    assert_string_equal(buf_str(&f->response.body), "hello");
    assert_int_equal(get(f, "https", "/loop", 0), -1);
    assert_error(f, ERR_SOURCE, "more than 10 redirects");
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

static void test_http_transfer__credentials_are_not_sent_over_http(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/echo"), .bearer = "sesame"};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_error(f, ERR_SOURCE, "credentials are only sent over https");
    err_clear(&f->err);
    http_response_free(&f->response);
    request.allow_plain_auth = true;
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "Bearer sesame"));
}

// --- TLS ---

static void test_http_transfer__untrusted_certificates(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "untrusted", "/ok", HTTP_RETRY_ALL), -1);
    assert_int_equal(f->response.failure, HTTP_TLS);
    assert_error(f, ERR_SOURCE, "the certificate of 127.0.0.1 is not trusted");
    assert_error(f, ERR_SOURCE, "issued by CN=other");
    assert_hint(f, "none of the CA certificates");
}

static void test_http_transfer__the_systems_cas_do_not_count_beside_given_ones(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "https", "/ok")};

    // Without the site, the system's CAs are asked, which do not know the server's.
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_TLS);
}

static void test_http_transfer__expired_and_future_certificates(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "expired", "/ok", 0), -1);
    assert_error(f, ERR_SOURCE, "expired at 2020-02-01 00:00:00 UTC; this host's clock says 20");
    assert_hint(f, "renew");
    assert_int_equal(get(f, "future", "/ok", 0), -1);
    assert_error(f, ERR_SOURCE, "is not valid before 2090-01-01");
    assert_hint(f, "clock");
}

static void test_http_transfer__certificates_for_other_names(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "othername", "/ok", 0), -1);
    assert_error(f, ERR_SOURCE,
                 "the certificate of 127.0.0.1 is for other names: api.example.com, 192.0.2.7");
    f->site.tls_server_name = "api.example.com";
    assert_int_equal(get(f, "othername", "/echo", 0), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "\"host\": \"127.0.0.1:"));
    f->site.tls_server_name = "api.example.org";
    assert_int_equal(get(f, "othername", "/ok", 0), -1);
    assert_error(f, ERR_SOURCE, "the certificate of api.example.org is for other names");
}

static void test_http_transfer__insecure_checks_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const ports[] = {"untrusted", "expired", "othername"};

    f->site = (struct http_site){.insecure = true};
    for (size_t i = 0; i < ARRAY_LEN(ports); i++)
        assert_int_equal(get(f, ports[i], "/ok", 0), 0);
}

static void test_http_transfer__client_certificates_of_all_kinds(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"ec", "rsa", "ed25519"};

    assert_int_equal(get(f, "mutual", "/ok", 0), -1);
    assert_int_equal(f->response.failure, HTTP_TLS);
    assert_hint(f, "client certificate");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        char *cert_name CLEANUP(mem_cleanup) = mem_printf("%s.crt", names[i]);
        char *key_name CLEANUP(mem_cleanup) = mem_printf("%s.key", names[i]);

        server_file(server, cert_name, &cert);
        server_file(server, key_name, &key);
        f->site.client_cert_pem = buf_span(&cert);
        f->site.client_key_pem = buf_span(&key);
        assert_int_equal(get(f, "mutual", "/ok", 0), 0);
        assert_string_equal(buf_str(&f->response.body), "hello");
    }
}

static void test_http_transfer__a_plain_port_is_no_tls_port(void **state)
{
    struct fixture *f = *state;
    char *url CLEANUP(mem_cleanup) =
        mem_printf("https://127.0.0.1:%s/ok", server_fact(server, "http"));
    struct http_request request = {.url = url, .site = &f->site};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_error(f, ERR_SOURCE, "TLS with 127.0.0.1 failed");
    assert_hint(f, "plain HTTP");
}

// --- proxies ---

static void test_http_transfer__proxies(void **state)
{
    struct fixture *f = *state;
    char *open CLEANUP(mem_cleanup) =
        mem_printf("http://127.0.0.1:%s", server_fact(server, "proxy"));
    char *locked CLEANUP(mem_cleanup) =
        mem_printf("http://127.0.0.1:%s", server_fact(server, "lockedproxy"));
    char *with_key CLEANUP(mem_cleanup) =
        mem_printf("http://user:secret@127.0.0.1:%s", server_fact(server, "lockedproxy"));

    f->site.proxy_url = open;
    assert_int_equal(get(f, "https", "/ok", 0), 0);
    assert_string_equal(buf_str(&f->response.body), "hello");
    f->site.proxy_url = locked;
    assert_int_equal(get(f, "https", "/ok", 0), -1);
    assert_error(f, ERR_SOURCE, "the proxy answers 407 to CONNECT");
    assert_hint(f, "credentials");
    f->site.proxy_url = with_key;
    assert_int_equal(get(f, "https", "/ok", 0), 0);
    f->site.proxy_url = "http://127.0.0.1:1";
    assert_int_equal(get(f, "https", "/ok", 0), -1);
    assert_int_equal(f->response.failure, HTTP_UNREACHED);
    f->site.proxy_url = "";
    assert_count(f, "/proxied", "2");
}

// --- streams, resuming, the loop ---

static void assert_pattern(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        assert_int_equal((unsigned char)s.ptr[i], i % 251);
}

static void test_http_transfer__streams_are_whole(void **state)
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

static void test_http_transfer__opening_an_error_page_fails(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/nothing")};

    assert_null(http_open(f->http, &request, &f->err));
    assert_error(f, ERR_SOURCE, "404 not found: nothing here");
}

static void test_http_transfer__broken_streams_resume(void **state)
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

static void test_http_transfer__resuming_needs_a_server_with_ranges(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url =
                                       url_of(f, "http", "/break/300000/200000?times=1&ignore=1"),
                                   .retry = HTTP_RETRY_ALL,
                                   .resume = true};

    assert_int_equal(open_and_drain(f, &request), -1);
    assert_error(f, ERR_SOURCE, "cannot go on at byte");
}

static void test_http_transfer__streams_without_resume_break(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/break/300000/200000?times=9&n"),
                                   .retry = HTTP_RETRY_ALL};

    assert_int_equal(open_and_drain(f, &request), -1);
    assert_error(f, ERR_SOURCE, "the connection broke");
}

static void test_http_transfer__offset_starts_in_the_middle(void **state)
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
    assert_error(f, ERR_SOURCE, "cannot go on at byte 990");
}

struct ticks {
    struct fixture *f;
    struct http_transfer *transfer;
    size_t bytes;
    int nested; // blocking requests made from inside the callback
};

static int on_tick(void *data, struct span piece, struct err **err)
{
    struct ticks *t = data;

    t->bytes += piece.len;
    if (t->nested < 2) {
        t->nested++;
        if (get(t->f, "http", "/ok", 0) < 0)
            return err_set(err, ERR_INTERNAL, "nested request");
    }
    return 0;
}

static void never_done(void *data, const struct http_response *r, const struct err *error)
{
    (void)data;
    (void)r;
    (void)error;
    fail_msg("an aborted transfer was reported");
}

static bool has_ticked(void *data)
{
    const struct ticks *t = data;

    return t->nested == 2 && t->bytes > 100;
}

static void test_http_transfer__callbacks_may_perform_requests(void **state)
{
    struct fixture *f = *state;
    struct ticks t = {.f = f};
    struct http_request request = {.url = url_of(f, "http", "/ticks")};
    struct http_handler handler = {.body = on_tick, .done = never_done, .data = &t};
    struct err *err CLEANUP(err_cleanup) = NULL;

    t.transfer = http_start(f->http, &request, &handler);
    assert_int_equal(http_run_until(f->http, has_ticked, &t, timer_now() + 20000, &err), 0);
    http_abort(t.transfer);
    assert_int_equal(http_sleep(f->http, 50, &err), 0);
}

static int refuse_piece(void *data, struct span piece, struct err **err)
{
    (void)data;
    (void)piece;
    return err_set(err, ERR_INTEGRITY, "bad piece");
}

static void note_end(void *data, const struct http_response *r, const struct err *error)
{
    struct err **end = data;

    assert_int_equal(r->failure, HTTP_REFUSED);
    *end = err_clone(error);
}

static bool is_set(void *data)
{
    return *(void **)data != NULL;
}

static void test_http_transfer__a_failing_callback_ends_it_with_its_error(void **state)
{
    struct fixture *f = *state;
    struct err *end CLEANUP(err_cleanup) = NULL;
    struct http_request request = {.url = url_of(f, "http", "/ticks")};
    struct http_handler handler = {.body = refuse_piece, .done = note_end, .data = &end};

    http_start(f->http, &request, &handler);
    assert_int_equal(http_run_until(f->http, is_set, &end, timer_now() + 20000, &f->err), 0);
    assert_int_equal(err_kind(end), ERR_INTEGRITY);
}

static void cancel_now(void *data)
{
    cancel_request(data);
}

static void test_http_transfer__cancel_ends_a_wait(void **state)
{
    struct fixture *f = *state;

    timers_add(http_timers(f->http), timer_now() + 100, cancel_now, f->cancel);
    assert_int_equal(get(f, "http", "/stall", 0), -1);
    assert_error(f, ERR_CANCELLED, "interrupted");
}

static void set_flag(void *data)
{
    *(bool *)data = true;
}

static bool flag_of(void *data)
{
    return *(bool *)data;
}

static void test_http_transfer__timers_end_a_wait(void **state)
{
    struct fixture *f = *state;
    bool flag = false;

    timers_add(http_timers(f->http), timer_now() + 20, set_flag, &flag);
    assert_int_equal(http_run_until(f->http, flag_of, &flag, timer_now() + 30000, &f->err), 0);
    flag = false;
    assert_int_equal(http_run_until(f->http, flag_of, &flag, timer_now() + 20, &f->err), 1);
}

static void note_readable(void *data)
{
    int *ends = data;
    char byte;

    assert_int_equal(read(ends[0], &byte, 1), 1);
    ends[1] = -1;
}

static bool was_readable(void *data)
{
    return ((int *)data)[1] == -1;
}

static int swallow(void *data, struct span piece, struct err **err)
{
    (void)data;
    (void)piece;
    (void)err;
    return 0;
}

static void test_http_transfer__descriptors_get_their_turn(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/size/2000000000")};
    struct http_handler handler = {.body = swallow, .done = never_done};
    struct http_transfer *busy = http_start(f->http, &request, &handler);
    int ends[2], writer;

    assert_int_equal(http_sleep(f->http, 200, &f->err), 0);
    assert_int_equal(pipe(ends), 0);
    writer = ends[1];
    http_watch_fd(f->http, ends[0], note_readable, ends);
    assert_int_equal(write(writer, "x", 1), 1);
    assert_int_equal(http_run_until(f->http, was_readable, ends, timer_now() + 10000, &f->err), 0);
    http_unwatch_fd(f->http, ends[0]);
    http_abort(busy);
    close(ends[0]);
    close(writer);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_http_transfer__plain_and_tls),
        CASE(test_http_transfer__any_status_is_an_answer),
        CASE(test_http_transfer__methods_and_bodies),
        CASE(test_http_transfer__busy_is_repeated_and_retry_after_kept),
        CASE(test_http_transfer__what_must_not_be_repeated_is_not),
        CASE(test_http_transfer__broken_connections_are_repeated),
        CASE(test_http_transfer__unreachable_names_host_and_reason),
        CASE(test_http_transfer__stalls_and_deadlines_end_it),
        CASE(test_http_transfer__a_deadline_holds_for_all_attempts),
        CASE(test_http_transfer__bodies_have_a_limit),
        CASE(test_http_transfer__redirects_never_leave_https),
        CASE(test_http_transfer__redirect_loops_end),
        CASE(test_http_transfer__credentials_stay_with_the_host),
        CASE(test_http_transfer__credentials_are_not_sent_over_http),
        CASE(test_http_transfer__untrusted_certificates),
        CASE(test_http_transfer__the_systems_cas_do_not_count_beside_given_ones),
        CASE(test_http_transfer__expired_and_future_certificates),
        CASE(test_http_transfer__certificates_for_other_names),
        CASE(test_http_transfer__insecure_checks_nothing),
        CASE(test_http_transfer__client_certificates_of_all_kinds),
        CASE(test_http_transfer__a_plain_port_is_no_tls_port),
        CASE(test_http_transfer__proxies),
        CASE(test_http_transfer__streams_are_whole),
        CASE(test_http_transfer__opening_an_error_page_fails),
        CASE(test_http_transfer__broken_streams_resume),
        CASE(test_http_transfer__resuming_needs_a_server_with_ranges),
        CASE(test_http_transfer__streams_without_resume_break),
        CASE(test_http_transfer__offset_starts_in_the_middle),
        CASE(test_http_transfer__callbacks_may_perform_requests),
        CASE(test_http_transfer__a_failing_callback_ends_it_with_its_error),
        CASE(test_http_transfer__cancel_ends_a_wait),
        CASE(test_http_transfer__timers_end_a_wait),
        CASE(test_http_transfer__descriptors_get_their_turn),
    };
    int failed;

    server = server_start("http_faults.py");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    server_stop(server);
    return failed;
}
