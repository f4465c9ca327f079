// SPDX-License-Identifier: Apache-2.0
// What a registry is asked, and what it says.
#include "unit.h"

#include "model/oci.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX

static struct oci_question parse(struct arena *arena, const char *path, const char *query)
{
    struct oci_question q;

    oci_question_parse(arena, span_str(path), span_str(query), &q);
    return q;
}

static void test_oci_question__endpoints(void **state)
{
    static const struct {
        const char *path;
        enum oci_ask ask;
        const char *repository, *tag;
        bool digest;
    } rows[] = {
        {"/v2/", OCI_ASK_PING, "", "", false},
        {"/v2", OCI_ASK_PING, "", "", false},
        {"/v2/_catalog", OCI_ASK_CATALOG, "", "", false},
        {"/v2/library/busybox/tags/list", OCI_ASK_TAGS, "library/busybox", "", false},
        {"/v2/busybox/manifests/1.36", OCI_ASK_MANIFEST, "busybox", "1.36", false},
        {"/v2/a/b/c/manifests/" DIGEST, OCI_ASK_MANIFEST, "a/b/c", "", true},
        {"/v2/a/blobs/" DIGEST, OCI_ASK_BLOB, "a", "", true},
        {"/v2/a/referrers/" DIGEST, OCI_ASK_REFERRERS, "a", "", true},
        {"/v2/a/blobs/uploads/", OCI_ASK_UPLOAD, "a", "", false},
        {"/v2/a/blobs/uploads", OCI_ASK_UPLOAD, "a", "", false},
        {"/v2/a/b/blobs/uploads/6ba7b810-9dad", OCI_ASK_UPLOAD, "a/b", "", false},
        // Parts of names that look like more than that.
        {"/v2/manifests/manifests/manifests", OCI_ASK_MANIFEST, "manifests", "manifests", false},
        {"/v2/blobs/uploads/blobs/" DIGEST, OCI_ASK_BLOB, "blobs/uploads", "", true},
        {"/v2/tags/list/tags/list", OCI_ASK_TAGS, "tags/list", "", false},
        {"/v2/_catalog/tags/list", OCI_ASK_BAD, "_catalog", "", false},
        // No paths of the API.
        {"", OCI_ASK_OTHER, "", "", false},
        {"/", OCI_ASK_OTHER, "", "", false},
        {"//v2/", OCI_ASK_OTHER, "", "", false},
        {"/v1/search", OCI_ASK_OTHER, "", "", false},
        {"/v2x/a/manifests/1", OCI_ASK_OTHER, "", "", false},
        {"/v2/install.yaml", OCI_ASK_OTHER, "", "", false},
        {"/v2/a/tags/lists", OCI_ASK_OTHER, "", "", false},
        {"/v2/_catalog/", OCI_ASK_OTHER, "", "", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct oci_question q = parse(arena, rows[i].path, "");

        if (q.ask != rows[i].ask || !span_is(q.repository, rows[i].repository) ||
            !span_is(q.tag, rows[i].tag) || digest_is_set(&q.digest) != rows[i].digest)
            fail_msg("%s: %d of '%.*s', tag '%.*s'", rows[i].path, q.ask, SPAN_ARG(q.repository),
                     SPAN_ARG(q.tag));
    }
}

static void test_oci_question__what_cannot_be(void **state)
{
    static const struct {
        const char *path, *query, *code;
    } rows[] = {
        {"/v2/Library/busybox/manifests/1", "", "NAME_INVALID"},
        {"/v2/a/../b/manifests/1", "", "NAME_INVALID"},
        {"/v2/../../etc/passwd/manifests/1", "", "NAME_INVALID"},
        {"/v2//a/manifests/1", "", "NAME_INVALID"},
        {"/v2/a//b/manifests/1", "", "NAME_INVALID"},
        {"/v2/a//manifests/1", "", "NAME_INVALID"},
        {"/v2/manifests/1", "", "NAME_INVALID"},
        {"/v2/-a/tags/list", "", "NAME_INVALID"},
        {"/v2/a b/tags/list", "", "NAME_INVALID"},
        {"/v2/\xff/tags/list", "", "NAME_INVALID"},
        {"/v2/reg:5000/tags/list", "", "NAME_INVALID"},
        {"/v2/ghcr.io/Up/tags/list", "", "NAME_INVALID"},
        {"/v2/A/blobs/" DIGEST, "", "NAME_INVALID"},
        {"/v2/A/blobs/uploads/", "", "NAME_INVALID"},
        {"/v2/a/blobs/sha256:0123", "", "DIGEST_INVALID"},
        {"/v2/a/blobs/" HEX, "", "DIGEST_INVALID"},
        {"/v2/a/blobs/", "", "DIGEST_INVALID"},
        {"/v2/a/blobs/sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "",
         "DIGEST_INVALID"},
        {"/v2/a/manifests/sha512:" HEX HEX, "", "DIGEST_INVALID"},
        {"/v2/a/manifests/:", "", "DIGEST_INVALID"},
        {"/v2/a/referrers/latest", "", "DIGEST_INVALID"},
        {"/v2/a/manifests/.tag", "", "MANIFEST_UNKNOWN"},
        {"/v2/a/manifests/", "", "MANIFEST_UNKNOWN"},
        {"/v2/a/manifests/a%2fb", "", "MANIFEST_UNKNOWN"},
        {"/v2/a/tags/list", "n=x", "PAGINATION_NUMBER_INVALID"},
        {"/v2/_catalog", "last=a&n=-1", "PAGINATION_NUMBER_INVALID"},
        {"/v2/_catalog", "n=99999999999999999999", "PAGINATION_NUMBER_INVALID"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct oci_question q = parse(arena, rows[i].path, rows[i].query);

        if (q.ask != OCI_ASK_BAD || strcmp(q.code, rows[i].code) != 0)
            fail_msg("%s?%s: %d, %s", rows[i].path, rows[i].query, q.ask, q.code ? q.code : "");
    }
}

static void test_oci_question__hosts_in_the_path(void **state)
{
    static const struct {
        const char *repository, *host, *behind;
    } rows[] = {
        {"ghcr.io/stefanprodan/podinfo", "ghcr.io", "stefanprodan/podinfo"},
        {"reg:5000/a", "reg:5000", "a"},
        {"[2001:db8::1]:5000/a", "[2001:db8::1]:5000", "a"},
        {"localhost/a/b", "localhost", "a/b"},
        {"GHCR.io/a", "GHCR.io", "a"},
        {"stefanprodan/podinfo", "", ""},
        {"a.b", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct oci_question q;

        q = parse(arena, arena_printf(arena, "/v2/%s/tags/list", rows[i].repository), "");
        if (q.ask != OCI_ASK_TAGS || !span_is(q.repository, rows[i].repository) ||
            !span_is(q.host, rows[i].host) || !span_is(q.behind, rows[i].behind))
            fail_msg("%s: '%.*s' and '%.*s'", rows[i].repository, SPAN_ARG(q.host),
                     SPAN_ARG(q.behind));
    }
}

static void test_oci_question__parameters(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct oci_question q = parse(arena, "/v2/a/tags/list", "ns=x&n=2&last=v1%2e0");

    (void)state;
    assert_int_equal(q.limit, 2);
    assert_true(span_is(q.last, "v1.0"));
    q = parse(arena, "/v2/a/tags/list", "ns=x");
    assert_true(q.limit == SIZE_MAX);
    q = parse(arena, "/v2/a/referrers/" DIGEST, "artifactType=application%2Fx%2By");
    assert_true(span_is(q.artifact_type, "application/x+y"));
    assert_string_equal(DIGEST_TEXT(&q.digest), DIGEST);
    // What is only for lists is no fault elsewhere.
    assert_int_equal(parse(arena, "/v2/a/manifests/1", "n=x").ask, OCI_ASK_MANIFEST);
}

// --- answers ---

static void test_oci_question__an_error(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    oci_format_error("NAME_INVALID", "no \"name\"", SPAN("a\xff\n"), &out);
    assert_string_equal(buf_str(&out),
                        "{\"errors\":[{\"code\":\"NAME_INVALID\",\"message\":\"no \\\"name\\\"\","
                        "\"detail\":\"a\\ufffd\\n\"}]}");
    buf_truncate(&out, 0);
    oci_format_error("UNSUPPORTED", "no", SPAN_EMPTY, &out);
    assert_string_equal(buf_str(&out),
                        "{\"errors\":[{\"code\":\"UNSUPPORTED\",\"message\":\"no\"}]}");
}

static void test_oci_question__pages_of_a_list(void **state)
{
    static const struct {
        const char *query, *list, *next; // next: NULL on the last page
    } rows[] = {
        {"", "\"1\",\"2\",\"B\",\"a\"", NULL},
        {"n=4", "\"1\",\"2\",\"B\",\"a\"", NULL},
        {"n=9", "\"1\",\"2\",\"B\",\"a\"", NULL},
        {"n=3", "\"1\",\"2\",\"B\"", "B"},
        {"n=2&last=1", "\"2\",\"B\"", "B"},
        {"n=2&last=2", "\"B\",\"a\"", NULL},
        {"last=15", "\"2\",\"B\",\"a\"", NULL}, // one that has gone meanwhile
        {"last=a", "", NULL},
        {"last=zzz&n=1", "", NULL},
        {"n=0", "", NULL},
    };
    static const struct span names[] = {{"1", 1}, {"2", 1}, {"B", 1}, {"a", 1}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct oci_question q = parse(arena, "/v2/x/tags/list", rows[i].query);
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct span next = SPAN_EMPTY;
        bool more = oci_format_list(&q, q.repository, names, ARRAY_LEN(names), &next, &out);

        assert_string_equal(buf_str(&out),
                            arena_printf(arena, "{\"name\":\"x\",\"tags\":[%s]}", rows[i].list));
        assert_int_equal(more, rows[i].next != NULL);
        assert_true(span_is(next, rows[i].next ? rows[i].next : ""));
    }
}

static void test_oci_question__a_catalog(void **state)
{
    static const struct span names[] = {{"a", 1}, {"b/c", 3}};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct oci_question q = parse(arena, "/v2/_catalog", "");
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span next;

    (void)state;
    assert_false(oci_format_list(&q, SPAN_EMPTY, names, ARRAY_LEN(names), &next, &out));
    assert_string_equal(buf_str(&out), "{\"repositories\":[\"a\",\"b/c\"]}");
    buf_truncate(&out, 0);
    assert_false(oci_format_list(&q, SPAN_EMPTY, NULL, 0, &next, &out));
    assert_string_equal(buf_str(&out), "{\"repositories\":[]}");
}

UNIT_MAIN(UNIT(test_oci_question__endpoints), UNIT(test_oci_question__what_cannot_be),
          UNIT(test_oci_question__hosts_in_the_path), UNIT(test_oci_question__parameters),
          UNIT(test_oci_question__an_error), UNIT(test_oci_question__pages_of_a_list),
          UNIT(test_oci_question__a_catalog))
