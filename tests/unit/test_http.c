// SPDX-License-Identifier: Apache-2.0
// io/http without a network: URLs, proxies, responses, pauses.
#include "unit.h"

#include "base/mem.h"
#include "io/http.h"
#include "io/http/http_int.h"

static void test_http__urls_of_other_schemes_are_refused(void **state)
{
    static const char *const bad[] = {"ftp://host/", "file:///etc/passwd", "", "https://", "x y"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct url parts;
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(http_url_parse(bad[i], &parts, &err), -1);
        assert_int_equal(err_kind(err), ERR_SOURCE);
    }
}

// The login that a netrc has for the host, as "user:password", or "".
static void assert_login(const char *netrc, const char *host, const char *expected)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct http_request request = {0};
    char *login CLEANUP(mem_cleanup) = NULL;

    if (netrc_parse(arena, span_str(netrc), span_str(host), &request))
        login = mem_printf("%s:%s", request.user, request.password ? request.password : "");
    assert_string_equal(login ? login : "", expected);
}

static void test_http__logins_of_a_netrc(void **state)
{
    static const char netrc[] = "# machine d login no password no\n"
                                "machine a login ann password \"p a\\\"ss\"\n"
                                "machine b\n\tpassword secret\n\tlogin bob\taccount x\n"
                                "machine c login carl macdef init\nmachine d\nlogin no\n\n"
                                "machine a login again password again\n"
                                "default login any password one";

    (void)state;
    assert_login(netrc, "a", "ann:p a\"ss");
    assert_login(netrc, "A", "ann:p a\"ss");
    assert_login(netrc, "b", "bob:secret");
    assert_login(netrc, "c", "carl:");
    assert_login(netrc, "d", "any:one");
    assert_login("machine a login x password y", "b", "");
    assert_login("machine a", "a", "");
    assert_login("machine a login", "a", "");
    assert_login("machine a login \"open", "a", "open:");
    assert_login("", "a", "");
}

static void test_http__names_of_proxies(void **state)
{
    static const struct {
        const char *url, *name;
        int port;
    } cases[] = {
        {"http://user:secret@proxy.example:3128/", "proxy.example:3128 (HTTPS_PROXY)", 3128},
        {"http://proxy.example", "proxy.example:80 (HTTPS_PROXY)", 80},
        {"https://proxy.example", "proxy.example:443 (HTTPS_PROXY)", 443},
        {"127.0.0.1:9", "127.0.0.1:9 (HTTPS_PROXY)", 9},
        {"socks5h://127.0.0.1", "127.0.0.1:1080 (HTTPS_PROXY)", 1080},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct proxy proxy = {cases[i].url, "HTTPS_PROXY"};
        char *name CLEANUP(mem_cleanup) = proxy_name(&proxy);

        assert_string_equal(name, cases[i].name);
        assert_int_equal(proxy_port(&proxy), cases[i].port);
    }
}

// The proxy that is chosen for `url`, or "".
static const char *choose(const char *url, const char *no_proxy)
{
    struct proxy_env env = {.https = {"http://secure:1", "HTTPS_PROXY"},
                            .http = {"http://plain:1", "HTTP_PROXY"},
                            .no_proxy = no_proxy};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct url parts;
    const char *proxy;

    assert_int_equal(http_url_parse(url, &parts, &err), 0);
    proxy = proxy_choose(&env, &parts).url;
    return proxy ? proxy : "";
}

static void test_http__proxy_by_scheme_and_never_for_loopback(void **state)
{
    (void)state;
    assert_string_equal(choose("https://example.com/", NULL), "http://secure:1");
    assert_string_equal(choose("http://example.com/", NULL), "http://plain:1");
    assert_string_equal(choose("https://localhost/", NULL), "");
    assert_string_equal(choose("https://127.9.9.9/", NULL), "");
    assert_string_equal(choose("https://[::1]:6443/", NULL), "");
}

static void test_http__no_proxy_entries(void **state)
{
    static const struct {
        const char *no_proxy, *url;
        bool direct;
    } cases[] = {
        {"example.com", "https://example.com/", true},
        {"example.com", "https://sub.example.com/", true},
        {"example.com", "https://badexample.com/", false},
        {".example.com", "https://sub.example.com/", true},
        {".example.com", "https://example.com/", false},
        {"*.example.com", "https://SUB.example.com/", true},
        {"*", "https://anything/", true},
        {"10.0.0.0/8", "https://10.1.2.3/", true},
        {"10.0.0.0/8", "https://11.1.2.3/", false},
        {"10.96.0.0/12", "https://10.111.0.1/", true},
        {"10.96.0.0/12", "https://10.112.0.1/", false},
        {"fd00::/8", "https://[fd12::1]/", true},
        {"192.0.2.1", "https://192.0.2.1:8443/", true},
        {"192.0.2.1:443", "https://192.0.2.1:8443/", false},
        {"example.com:8443", "https://example.com:8443/", true},
        {"a, example.com ,b", "https://example.com/", true},
        {"10.0.0.0/99,/,:,,", "https://10.0.0.1/", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool direct = *choose(cases[i].url, cases[i].no_proxy) == '\0';

        if (direct != cases[i].direct)
            fail_msg("NO_PROXY=%s %s: direct is %d", cases[i].no_proxy, cases[i].url, direct);
    }
}

static void test_http__headers_are_found_in_any_case(void **state)
{
    struct http_response r CLEANUP(http_response_free) = {0};

    (void)state;
    assert_true(response_add_header(&r, SPAN("ETag:  \"x\" \r\n")));
    assert_true(response_add_header(&r, SPAN("Date: Thu, 01 Jan 1970 00:01:40 GMT\r\n")));
    assert_true(response_add_header(&r, SPAN("Retry-After: Thu, 01 Jan 1970 00:01:43 GMT\r\n")));
    assert_true(response_add_header(&r, SPAN("no colon\r\n")));
    assert_string_equal(http_header(&r, "etag"), "\"x\"");
    assert_null(http_header(&r, "age"));
    assert_int_equal(r.date, 100);
    assert_int_equal(http_retry_after_ms(&r), 3000);
}

static void test_http__headers_without_end_are_refused(void **state)
{
    struct http_response r CLEANUP(http_response_free) = {0};
    int count = 0;

    (void)state;
    while (count < 10000 && response_add_header(&r, SPAN("a: b\r\n")))
        count++;
    assert_in_range(count, 64, 1000);
}

static void test_http__check_status_shows_a_text_body(void **state)
{
    struct http_response r CLEANUP(http_response_free) = {.status = 404,
                                                          .body = BUF_INIT(BUF_TEXT_MAX)};
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    r.url = mem_str("https://host/x");
    buf_add_str(&r.body, "no such\ntag");
    assert_int_equal(http_check_status(&r, &err), -1);
    assert_int_equal(err_kind(err), ERR_SOURCE);
    assert_string_equal(err_message(err), "https://host/x: 404 not found: no such tag");
    assert_non_null(err_hint_text(err));
}

static void test_http__escape_keeps_unreserved_characters_only(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    http_escape(SPAN("aZ9-._~/ ?=\xc3\xa9"), &out);
    assert_string_equal(buf_str(&out), "aZ9-._~%2F%20%3F%3D%C3%A9");
}

UNIT_MAIN(UNIT(test_http__urls_of_other_schemes_are_refused), UNIT(test_http__logins_of_a_netrc),
          UNIT(test_http__names_of_proxies),
          UNIT(test_http__proxy_by_scheme_and_never_for_loopback),
          UNIT(test_http__no_proxy_entries), UNIT(test_http__headers_are_found_in_any_case),
          UNIT(test_http__headers_without_end_are_refused),
          UNIT(test_http__check_status_shows_a_text_body),
          UNIT(test_http__escape_keeps_unreserved_characters_only))
