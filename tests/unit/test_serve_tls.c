// SPDX-License-Identifier: Apache-2.0
// work/serve: io/httpd over TLS, asked by io/http: certificates by name, files, no clients at all.
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/when.h"
#include "io/crypto.h"
#include "io/http.h"
#include "io/httpd.h"
#include "work/serve/authority.h"

enum { FILE_BYTES = 3 << 20, BODY_BYTES = 700000, HEAD_MS = 4000 };

struct fixture {
    struct report report; // first
    struct loop *loop;
    struct err *err;
    char dir[32];
    struct authority *authority;
    struct buf ca, other_ca, told, body;
    struct httpd_tls *tls;
    struct httpd *httpd;
    int port, file;
    unsigned asked; // for certificates
    char sni[64];
    bool was_tls;
    struct http *http;
    struct http_site site;
    struct http_response response;
};

static void note(struct report *r, const struct report_event *event)
{
    struct fixture *f = (struct fixture *)r;

    if (event->level == REPORT_WARN)
        buf_printf(&f->told, "%s\n", event->text);
}

static bool serves_ghcr(void *data, struct span host)
{
    (void)data;
    return span_is(host, "ghcr.io");
}

static int give_certificate(void *data, struct span name, struct buf *certs, struct buf *key,
                            struct err **err)
{
    struct fixture *f = data;

    f->asked++;
    return authority_certificate(f->authority, name, certs, key, err);
}

static void give_file(void *data, struct httpd_piece *piece)
{
    struct fixture *f = data;

    *piece = (struct httpd_piece){.fd = f->file, .len = FILE_BYTES};
}

static void on_request(void *data, struct httpd_request *r)
{
    struct fixture *f = data;
    struct httpd_answer answer = {.status = 200, .ranges = true};

    f->was_tls = r->tls;
    snprintf(f->sni, sizeof(f->sni), "%.*s", SPAN_ARG(r->sni));
    if (span_is(r->path, "/file")) {
        answer.size = FILE_BYTES;
        answer.next = give_file;
        answer.data = f;
    } else {
        answer.bytes = span_is(r->path, "/large") ? buf_span(&f->body) : SPAN("hello\n");
    }
    httpd_answer(r, &answer);
}

static void fill(struct fixture *f)
{
    char name[] = "/tmp/httpd-tls-XXXXXX";
    char *bytes = mem_alloc(FILE_BYTES);

    for (size_t i = 0; i < FILE_BYTES; i++)
        bytes[i] = (char)(i * 31 + i / 256);
    f->file = mkstemp(name);
    assert_true(f->file >= 0);
    unlink(name);
    assert_int_equal(write(f->file, bytes, FILE_BYTES), FILE_BYTES);
    buf_add(&f->body, bytes, BODY_BYTES);
    free(bytes);
}

static void connect_client(struct fixture *f)
{
    char *to CLEANUP(mem_cleanup) = mem_printf("127.0.0.1:%d", f->port);
    const struct http_options options = {.connect_to = to};

    http_free(f->http);
    f->http = http_new(f->loop, &options, &f->err);
    assert_non_null(f->http);
}

static char *path_in(const struct fixture *f, const char *name)
{
    return mem_printf("%s/%s", f->dir, name);
}

static void make_authorities(struct fixture *f)
{
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    char *path CLEANUP(mem_cleanup) = NULL;

    memcpy(f->dir, "/tmp/serve-tls-XXXXXX", sizeof("/tmp/serve-tls-XXXXXX"));
    assert_non_null(mkdtemp(f->dir));
    f->authority = authority_open(f->dir, serves_ghcr, NULL, &f->report, &f->err);
    assert_non_null(f->authority);
    path = path_in(f, "ca.crt");
    assert_int_equal(file_read(AT_FDCWD, path, &f->ca, &f->err), 0);
    crypto_make_authority("other", when_now() - 60, when_now() + 3600, &key, &f->other_ca);
}

static void remove_authority(struct fixture *f)
{
    char *cert CLEANUP(mem_cleanup) = path_in(f, "ca.crt");
    char *key CLEANUP(mem_cleanup) = path_in(f, "ca.key");

    authority_free(f->authority);
    unlink(cert);
    unlink(key);
    rmdir(f->dir);
}

static int set_up(void **state)
{
    const struct httpd_limits limits = {.head_ms = HEAD_MS};
    struct fixture *f = MEM_NEW(struct fixture);
    struct httpd_handler handler = {.request = on_request, .data = f};

    f->ca = f->other_ca = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    f->told = f->body = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    f->report.emit = note;
    make_authorities(f);
    fill(f);
    f->loop = loop_new(NULL, &f->err);
    f->tls = httpd_tls_new(give_certificate, f);
    f->httpd = httpd_new(f->loop, &handler, &limits, &f->report);
    f->port = httpd_listen(f->httpd, "127.0.0.1:0", f->tls, &f->err);
    assert_true(f->port > 0);
    f->site.ca_pem = buf_span(&f->ca);
    connect_client(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    http_response_free(&f->response);
    http_free(f->http);
    httpd_free(f->httpd);
    httpd_tls_free(f->tls);
    loop_free(f->loop);
    close(f->file);
    remove_authority(f);
    buf_free(&f->ca);
    buf_free(&f->other_ca);
    buf_free(&f->told);
    buf_free(&f->body);
    err_free(f->err);
    free(f);
    return 0;
}

static int get(struct fixture *f, const char *url, bool fresh)
{
    struct http_request request = {.url = url, .site = &f->site, .fresh = fresh};

    http_response_free(&f->response);
    err_clear(&f->err);
    return http_perform(f->http, &request, &f->response, &f->err);
}

static void test_serve_tls__certificates_by_name_are_asked_for_once(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(get(f, "https://ghcr.io/", true), 0);
        assert_int_equal(f->response.status, 200);
        assert_string_equal(f->sni, "ghcr.io");
        assert_true(f->was_tls);
    }
    assert_int_equal(f->asked, 1);
    assert_int_equal(get(f, "https://GHCR.IO/", true), 0);
    assert_int_equal(f->asked, 1);
    httpd_tls_forget(f->tls);
    assert_int_equal(get(f, "https://ghcr.io/", true), 0);
    assert_int_equal(f->asked, 2);
}

static void test_serve_tls__a_client_without_a_name(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "https://127.0.0.1/", false), 0);
    assert_int_equal(f->response.status, 200);
    assert_string_equal(f->sni, "");
}

static void test_serve_tls__other_names_are_refused_and_told_once(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(get(f, "https://quay.io/", true), -1);
        assert_int_equal(f->response.failure, HTTP_TLS);
        assert_err(f->err, ERR_SOURCE, "unrecognized name");
    }
    assert_string_equal(buf_str(&f->told),
                        "TLS clients that ask for 'quay.io' are refused: no bundle has that "
                        "host, and it does not name this machine\n");
    assert_int_equal(httpd_counts(f->httpd).refused, 3);
    for (unsigned i = 0; i < 100; i++) {
        char *url CLEANUP(mem_cleanup) = mem_printf("https://host-%u.example/", i);

        assert_int_equal(get(f, url, true), -1);
    }
    assert_non_null(strstr(buf_str(&f->told), "there are more such TLS clients"));
    assert_null(strstr(buf_str(&f->told), "host-99"));
}

static void test_serve_tls__files_and_large_bodies_arrive_whole(void **state)
{
    struct fixture *f = *state;
    char *wanted CLEANUP(mem_cleanup) = mem_alloc(FILE_BYTES);

    assert_int_equal(pread(f->file, wanted, FILE_BYTES, 0), FILE_BYTES);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(get(f, "https://ghcr.io/file", false), 0);
        assert_int_equal(f->response.body.len, FILE_BYTES);
        assert_memory_equal(f->response.body.data, wanted, FILE_BYTES);
        assert_int_equal(get(f, "https://ghcr.io/large", false), 0);
        assert_int_equal(f->response.body.len, BODY_BYTES);
        assert_memory_equal(f->response.body.data, f->body.data, BODY_BYTES);
    }
    assert_int_equal(httpd_counts(f->httpd).accepted, 1);
}

static void test_serve_tls__a_range_of_a_file(void **state)
{
    struct fixture *f = *state;
    char wanted[1000];
    const char *const headers[] = {"Range: bytes=2000001-2001000", NULL};
    struct http_request request = {
        .url = "https://ghcr.io/file", .site = &f->site, .headers = headers};

    assert_int_equal(pread(f->file, wanted, sizeof(wanted), 2000001), sizeof(wanted));
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_int_equal(f->response.status, 206);
    assert_int_equal(f->response.body.len, sizeof(wanted));
    assert_memory_equal(f->response.body.data, wanted, sizeof(wanted));
}

static void test_serve_tls__clients_that_do_not_trust_it_are_told_of(void **state)
{
    struct fixture *f = *state;

    f->site.ca_pem = buf_span(&f->other_ca);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(get(f, "https://ghcr.io/", true), -1);
        assert_int_equal(f->response.failure, HTTP_TLS);
        assert_int_equal(loop_sleep(f->loop, 20, &f->err), 0); // its alert comes after
    }
    assert_string_equal(buf_str(&f->told),
                        "127.0.0.1 does not trust the certificate of 'ghcr.io' (tlsv1 alert "
                        "unknown ca): it has to know the authority\n");
}

// --- what is no TLS client ---

static int dial(struct fixture *f, struct span bytes)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL), (ssize_t)bytes.len);
    return fd;
}

struct ending {
    int fd;
    struct buf *got;
    bool ended;
};

static bool has_ended(void *data)
{
    struct ending *e = data;
    char bytes[4096];
    ssize_t n;

    while ((n = recv(e->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
        buf_add(e->got, bytes, (size_t)n);
    if (n == 0 || errno != EAGAIN)
        e->ended = true;
    return e->ended;
}

static void tick(void *data)
{
    (void)data;
}

// Runs the loop until the server has ended the connection; false when it has not after a while.
static bool ends(struct fixture *f, int fd, struct buf *got)
{
    struct ending e = {fd, got, false};
    int64_t deadline = timer_now() + 60000;

    while (!e.ended && timer_now() < deadline) {
        loop_add_timer(f->loop, timer_now() + 10, tick, NULL);
        assert_in_range(loop_run_until(f->loop, has_ended, &e, timer_now() + 50, &f->err), 0, 1);
    }
    close(fd);
    return e.ended;
}

static void test_serve_tls__junk_ends_and_honest_clients_are_served(void **state)
{
    static const char zeros[5000];
    static const struct span junk[] = {
        {"\x16\x03\x01\x00\x05hello", 10}, // a record that is no handshake
        {"\x16\x03\x01\xff\xff"
         "aaaaaaaaaa",
         15},                                // longer than any
        {"\x15\x03\x03\x00\x02\x02\x28", 7}, // an alert first
        {"SSH-2.0-OpenSSH_9.2\r\n", 21},
        {zeros, sizeof(zeros)},
    };
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
        int fd = dial(f, junk[i]);

        assert_int_equal(get(f, "https://ghcr.io/", true), 0);
        assert_true(ends(f, fd, &got));
    }
    // A record that is too long is waited for, until its time is over.
    assert_int_equal(httpd_counts(f->httpd).refused + httpd_counts(f->httpd).timed_out,
                     ARRAY_LEN(junk));
}

static void test_serve_tls__plain_http_is_told_what_the_port_speaks(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_true(ends(f, dial(f, SPAN("GET / HTTP/1.1\r\nHost: ghcr.io\r\n\r\n")), &got));
    assert_true(span_starts(buf_span(&got), "HTTP/1.1 400 Bad Request\r\n"));
    assert_true(span_ends(buf_span(&got), "\r\n\r\nthis port speaks TLS: use https:\n"));
}

static void test_serve_tls__handshakes_that_stay_half_open_time_out(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    int silent = dial(f, SPAN_EMPTY), half = dial(f, SPAN("\x16\x03\x01\x02\x00\x01"));

    assert_int_equal(get(f, "https://ghcr.io/", true), 0);
    assert_true(ends(f, silent, &got));
    assert_true(ends(f, half, &got));
    assert_int_equal(got.len, 0);
    assert_int_equal(httpd_counts(f->httpd).timed_out, 2);
}

UNIT_MAIN(UNIT_FIXTURE(test_serve_tls__certificates_by_name_are_asked_for_once),
          UNIT_FIXTURE(test_serve_tls__a_client_without_a_name),
          UNIT_FIXTURE(test_serve_tls__other_names_are_refused_and_told_once),
          UNIT_FIXTURE(test_serve_tls__files_and_large_bodies_arrive_whole),
          UNIT_FIXTURE(test_serve_tls__a_range_of_a_file),
          UNIT_FIXTURE(test_serve_tls__clients_that_do_not_trust_it_are_told_of),
          UNIT_FIXTURE(test_serve_tls__junk_ends_and_honest_clients_are_served),
          UNIT_FIXTURE(test_serve_tls__plain_http_is_told_what_the_port_speaks),
          UNIT_FIXTURE(test_serve_tls__handshakes_that_stay_half_open_time_out))
