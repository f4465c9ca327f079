// SPDX-License-Identifier: Apache-2.0
// io/http: whose certificates are trusted, client certificates, proxies.
#include "test_http.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_http_tls__untrusted_certificates(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "untrusted", "/ok", HTTP_RETRY_ALL), -1);
    assert_int_equal(f->response.failure, HTTP_TLS);
    assert_err(f->err, ERR_SOURCE, "the certificate of 127.0.0.1 is not trusted");
    assert_err(f->err, ERR_SOURCE, "issued by CN=other");
    assert_hint(f, "none of the CA certificates");
}

static void test_http_tls__the_systems_cas_do_not_count_beside_given_ones(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "https", "/ok")};

    // Without the site, the system's CAs are asked, which do not know the server's.
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_TLS);
}

static void test_http_tls__expired_and_future_certificates(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "expired", "/ok", 0), -1);
    assert_err(f->err, ERR_SOURCE, "expired at 2020-02-01 00:00:00 UTC; this host's clock says 20");
    assert_hint(f, "renew");
    assert_int_equal(get(f, "future", "/ok", 0), -1);
    assert_err(f->err, ERR_SOURCE, "is not valid before 2090-01-01");
    assert_hint(f, "clock");
}

static void test_http_tls__certificates_for_other_names(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(get(f, "othername", "/ok", 0), -1);
    assert_err(f->err, ERR_SOURCE,
               "the certificate of 127.0.0.1 is for other names: api.example.com, 192.0.2.7");
    f->site.tls_server_name = "api.example.com";
    assert_int_equal(get(f, "othername", "/echo", 0), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "\"host\": \"127.0.0.1:"));
    f->site.tls_server_name = "api.example.org";
    assert_int_equal(get(f, "othername", "/ok", 0), -1);
    assert_err(f->err, ERR_SOURCE, "the certificate of api.example.org is for other names");
}

static void test_http_tls__connections_that_go_elsewhere_keep_the_name(void **state)
{
    struct fixture *f = *state;
    char *there CLEANUP(mem_cleanup) = mem_printf("127.0.0.1:%s", server_fact(server, "othername"));
    const struct http_options options = {.connect_to = there};
    struct http_request request = {.url = "https://api.example.com/echo", .site = &f->site};

    http_free(f->http);
    f->http = http_new(f->loop, &options, &f->err);
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_non_null(strstr(buf_str(&f->response.body), "\"host\": \"api.example.com\""));
    http_response_free(&f->response);
    request.url = "https://api.example.org/echo";
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_err(f->err, ERR_SOURCE, "the certificate of api.example.org is for other names");
}

static void test_http_tls__connections_that_go_elsewhere_ask_no_proxy(void **state)
{
    struct fixture *f = *state;
    char *there CLEANUP(mem_cleanup) = mem_printf("127.0.0.1:%s", server_fact(server, "http"));
    const struct http_options options = {.connect_to = there};
    struct http_request request = {.url = "http://quay.io:8443/echo"};

    setenv("HTTP_PROXY", "http://127.0.0.1:1", 1);
    http_free(f->http);
    f->http = http_new(f->loop, &options, &f->err);
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    unsetenv("HTTP_PROXY");
    assert_non_null(strstr(buf_str(&f->response.body), "\"host\": \"quay.io:8443\""));
}

static void test_http_tls__insecure_checks_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const ports[] = {"untrusted", "expired", "othername"};

    f->site = (struct http_site){.insecure = true};
    for (size_t i = 0; i < ARRAY_LEN(ports); i++)
        assert_int_equal(get(f, ports[i], "/ok", 0), 0);
}

static void test_http_tls__client_certificates_of_all_kinds(void **state)
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

static void test_http_tls__a_plain_port_is_no_tls_port(void **state)
{
    struct fixture *f = *state;
    char *url CLEANUP(mem_cleanup) =
        mem_printf("https://127.0.0.1:%s/ok", server_fact(server, "http"));
    struct http_request request = {.url = url, .site = &f->site};

    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_err(f->err, ERR_SOURCE, "TLS with 127.0.0.1 failed");
    assert_hint(f, "plain HTTP");
}

static void test_http_tls__proxies(void **state)
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
    assert_err(f->err, ERR_SOURCE, "answers 407 to CONNECT");
    assert_hint(f, "credentials");
    f->site.proxy_url = with_key;
    assert_int_equal(get(f, "https", "/ok", 0), 0);
    f->site.proxy_url = "http://user:secret@127.0.0.1:1";
    f->site.proxy_source = "proxy-url of a test";
    for (int i = 0; i < 2; i++) {
        assert_int_equal(get(f, i ? "https" : "http", "/ok", 0), -1);
        assert_int_equal(f->response.failure, HTTP_UNREACHED);
        assert_err(f->err, ERR_SOURCE,
                   "cannot connect to the proxy 127.0.0.1:1 (proxy-url of a test): ");
    }
    f->site.proxy_url = "";
    assert_count(f, "/proxied", "2");
}

// A host that is stopped still accepts connections: its kernel does.
static void test_http_tls__a_peer_that_says_nothing_is_there(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *url CLEANUP(mem_cleanup) = NULL;
    struct http_request request = {.site = &f->site, .connect_timeout_ms = 1000};

    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    url = mem_printf("https://127.0.0.1:%d/", ntohs(at.sin_port));
    request.url = url;
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_HUNG_UP);
    assert_err(f->err, ERR_SOURCE, "accepts the connection and says nothing for 1 s");
    close(fd);
}

SERVER_MAIN("http_faults.py", UNIT_FIXTURE(test_http_tls__a_peer_that_says_nothing_is_there),
            UNIT_FIXTURE(test_http_tls__untrusted_certificates),
            UNIT_FIXTURE(test_http_tls__the_systems_cas_do_not_count_beside_given_ones),
            UNIT_FIXTURE(test_http_tls__expired_and_future_certificates),
            UNIT_FIXTURE(test_http_tls__certificates_for_other_names),
            UNIT_FIXTURE(test_http_tls__connections_that_go_elsewhere_keep_the_name),
            UNIT_FIXTURE(test_http_tls__connections_that_go_elsewhere_ask_no_proxy),
            UNIT_FIXTURE(test_http_tls__insecure_checks_nothing),
            UNIT_FIXTURE(test_http_tls__client_certificates_of_all_kinds),
            UNIT_FIXTURE(test_http_tls__a_plain_port_is_no_tls_port),
            UNIT_FIXTURE(test_http_tls__proxies))
