// SPDX-License-Identifier: Apache-2.0
// URLs: taken apart, compared, masked.
#include "unit.h"

#include "base/mem.h"
#include "base/report.h"
#include "base/url.h"

static void test_url__parts(void **state)
{
    struct url url;

    (void)state;
    assert_true(url_parse(SPAN("HTTPS://user:p%40ss@Host.example:8443/a/b?x=1&y#z"), &url));
    assert_true(url_is(&url, "https"));
    assert_true(span_is(url.userinfo, "user:p%40ss"));
    assert_true(span_is(url.authority, "Host.example:8443"));
    assert_true(span_is(url.host, "Host.example"));
    assert_int_equal(url.port, 8443);
    assert_true(span_is(url.path, "/a/b"));
    assert_true(span_is(url.query, "x=1&y"));
    assert_true(span_is(url.fragment, "z"));
    assert_true(url_parse(SPAN("http://[2001:db8::1]"), &url));
    assert_true(span_is(url.authority, "[2001:db8::1]"));
    assert_true(span_is(url.host, "2001:db8::1"));
    assert_int_equal(url.port, 80);
    assert_true(url_parse(SPAN("https://[::1]:6443?q"), &url));
    assert_int_equal(url.port, 6443);
    assert_true(span_is(url.query, "q"));
    assert_true(url_parse(SPAN("https://host:/"), &url));
    assert_int_equal(url.port, 443);
    assert_true(url_parse(SPAN("file:///etc"), &url));
    assert_int_equal(url.host.len, 0);
}

static void test_url__what_is_none(void **state)
{
    static const char *const bad[] = {"",
                                      "host/path",
                                      "git@host:r.git",
                                      "://host",
                                      "1x://host",
                                      "https://host:x/",
                                      "https://[1",
                                      "https://[1]x/",
                                      "https://host:65536/",
                                      "https://a b",
                                      "https://good\\@bad/",
                                      "https:/host"};
    struct url url;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (url_parse(span_str(bad[i]), &url))
            fail_msg("'%s' is taken for a URL", bad[i]);
}

static void test_url__without_slashes_at_its_end(void **state)
{
    (void)state;
    assert_true(span_is(url_trim(SPAN("https://host/a//")), "https://host/a"));
    assert_true(span_is(url_trim(SPAN("https://host/a")), "https://host/a"));
    assert_true(span_is(url_trim(SPAN("/")), ""));
}

static bool same(const char *a, const char *b)
{
    struct url first, second;

    assert_true(url_parse(span_str(a), &first));
    assert_true(url_parse(span_str(b), &second));
    return url_same_origin(&first, &second);
}

static void test_url__origins(void **state)
{
    (void)state;
    assert_true(same("https://host/a", "HTTPS://HOST:443/b"));
    assert_true(same("https://user@host/a", "https://host/"));
    assert_false(same("https://host/", "http://host/"));
    assert_false(same("https://host/", "https://host:8443/"));
    assert_false(same("https://host/", "https://host.example/"));
    assert_false(same("https://host/", "https://other/"));
}

static bool has_secret(const char *text)
{
    struct url url;

    assert_true(url_parse(span_str(text), &url));
    return url_has_secret(&url);
}

static void test_url__secrets_are_found(void **state)
{
    (void)state;
    assert_true(has_secret("https://user:password@host/x"));
    assert_true(has_secret("https://ghp_123@host/x"));
    assert_true(has_secret("https://host/x?ref=1&private_token=1"));
    assert_true(has_secret("https://host/x?X-Amz-Signature=1"));
    assert_true(has_secret("https://host/x?sv=2&sig=1"));
    assert_false(has_secret("https://host/x"));
    assert_false(has_secret("https://host/user@x?ref=v1&timeout=3&design=1"));
    assert_false(has_secret("https://host/x?token="));
}

static void assert_masked(const char *text, const char *expected)
{
    char *masked CLEANUP(mem_cleanup) = url_masked(text);
    char *again CLEANUP(mem_cleanup) = url_masked(masked);

    assert_string_equal(masked, expected);
    assert_string_equal(again, expected);
}

static void test_url__secrets_are_masked(void **state)
{
    (void)state;
    assert_masked("https://user:pa@ss@host/x?y=1", "https://***@host/x?y=1");
    assert_masked("https://host/x", "https://host/x");
    assert_masked("https://host/a@b", "https://host/a@b");
    assert_masked("https://host:8443/a@b", "https://host:8443/a@b");
    assert_masked("https://host/?X-Amz-Signature=abc&n=2&access_token=t",
                  "https://host/?X-Amz-Signature=***&n=2&access_token=***");
    assert_masked("https://host/?key=a&b#access_token=c",
                  "https://host/?key=***&b#access_token=***");
    assert_masked("https://@/?sig=a", "https://***@/?sig=***");
    // A slash that had to be encoded.
    assert_masked("https://user:pa/ss@host/x", "https://***@host/x");
    assert_masked("a, not b", "a, not b");
    assert_masked("", "");
}

static void test_url__urls_in_a_sentence_are_masked(void **state)
{
    (void)state;
    assert_masked("getting 'https://u:p@a/x' and \"ssh://u:p@b/y\": no", //
                  "getting 'https://***@a/x' and \"ssh://***@b/y\": no");
    assert_masked("https://h/x?token=abc: 404 not found", "https://h/x?token=***: 404 not found");
    assert_masked("x: git https://u:p@h/r.git@v1:a/b.yaml:3:1: bad",
                  "x: git https://***@h/r.git@v1:a/b.yaml:3:1: bad");
    assert_masked("mail to a@b, see https://h.", "mail to a@b, see https://h.");
}

static void test_url__errors_are_masked(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    err_set(&err, ERR_SOURCE, "%s: gone", "https://u:geheim@h/a");
    err_wrap(&err, "git %s", "https://u:geheim@h/b");
    err_hint(&err, "try %s", "https://h/?token=geheim");
    err_format(err, &text);
    assert_string_equal(buf_str(&text), "git https://***@h/b: https://***@h/a: gone");
    assert_string_equal(err_hint_text(err), "try https://h/?token=***");
}

static char seen[256];

static void note(struct report *r, const struct report_event *event)
{
    (void)r;
    snprintf(seen, sizeof(seen), "%s", event->text);
}

static void test_url__events_are_masked(void **state)
{
    struct report report = {.emit = note};
    struct report_event event = {.text = "https://u:geheim@h/c"};

    (void)state;
    report_info(&report, "fetch", "getting %s", "https://u:geheim@h/a");
    assert_string_equal(seen, "getting https://***@h/a");
    report_event(&report, &event);
    assert_string_equal(seen, "https://***@h/c");
}

static void test_url__escapes_are_decoded(void **state)
{
    static const char *const bad[] = {"%", "a%4", "%4g", "%g4", "%%41", "a%00b"};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct span out, plain = SPAN("/a+b/c");

    (void)state;
    assert_true(url_unescape(arena, plain, &out));
    assert_ptr_equal(out.ptr, plain.ptr);
    assert_true(url_unescape(arena, SPAN("%2e%2E%2fa%c3%A4%25"), &out));
    assert_true(span_is(out, "../a\xc3\xa4%"));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (url_unescape(arena, span_str(bad[i]), &out))
            fail_msg("'%s' is decoded", bad[i]);
    assert_false(url_unescape(arena, SPAN("a\0b"), &out));
}

static void test_url__parameters_of_a_query(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct span query = SPAN("nsx=1&ns=reg%3A5000&&ns=other&bare&n=&bad=%zz"), value;

    (void)state;
    assert_true(url_query(arena, query, "ns", &value));
    assert_true(span_is(value, "reg:5000"));
    assert_true(url_query(arena, query, "bare", &value));
    assert_int_equal(value.len, 0);
    assert_true(url_query(arena, query, "n", &value));
    assert_int_equal(value.len, 0);
    assert_false(url_query(arena, query, "bad", &value));
    assert_false(url_query(arena, query, "s", &value));
    assert_false(url_query(arena, SPAN_EMPTY, "ns", &value));
}

// What RFC 3986, section 5.4.1 has for "http://a/b/c/d", but for dots in paths.
static void test_url_resolve__references(void **state)
{
    static const struct {
        const char *reference, *means;
    } cases[] = {
        {"g", "http://a:8/b/c/g"},       {"g/h.tgz", "http://a:8/b/c/g/h.tgz"},
        {"/g", "http://a:8/g"},          {"//g/h", "http://g/h"},
        {"../g", "http://a:8/b/c/../g"}, {"g?y=1", "http://a:8/b/c/g?y=1"},
        {"https://h", "https://h"},      {"oci://h/g:1", "oci://h/g:1"},
    };
    struct url base;

    (void)state;
    assert_true(url_parse(SPAN("http://user@a:8/b/c/d?p;q"), &base));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *is CLEANUP(mem_cleanup) = url_resolve(&base, span_str(cases[i].reference));

        assert_string_equal(is, cases[i].means);
    }
    assert_null(url_resolve(&base, SPAN("a b")));
    assert_true(url_parse(SPAN("http://a"), &base));
    char *is CLEANUP(mem_cleanup) = url_resolve(&base, SPAN("g"));
    assert_string_equal(is, "http://a/g");
}

UNIT_MAIN(UNIT(test_url__parts), UNIT(test_url_resolve__references), UNIT(test_url__what_is_none),
          UNIT(test_url__escapes_are_decoded), UNIT(test_url__parameters_of_a_query),
          UNIT(test_url__origins), UNIT(test_url__without_slashes_at_its_end),
          UNIT(test_url__secrets_are_found), UNIT(test_url__secrets_are_masked),
          UNIT(test_url__urls_in_a_sentence_are_masked), UNIT(test_url__errors_are_masked),
          UNIT(test_url__events_are_masked))
