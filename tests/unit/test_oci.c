// SPDX-License-Identifier: Apache-2.0
// References, manifests and indexes of registries. The client is tested by tests/integration.
#include "unit.h"

#include "base/mem.h"
#include "model/oci.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BLOB "{\"digest\":\"sha256:" HEX "\",\"size\":7,\"mediaType\":\"t\"}"

static void expect_full(const char *text, const char *full, const char *host)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct oci_ref ref;

    assert_int_equal(oci_ref_parse(arena, span_str(text), &ref, &err), 0);
    oci_ref_format(&ref, &out);
    assert_string_equal(buf_str(&out), full);
    assert_true(span_is(ref.host, host));
}

static void test_oci__references_in_full(void **state)
{
    (void)state;
    expect_full("busybox:1", "docker.io/library/busybox:1", "registry-1.docker.io");
    expect_full("bitnami/redis:7", "docker.io/bitnami/redis:7", "registry-1.docker.io");
    expect_full("docker.io/busybox:1", "docker.io/library/busybox:1", "registry-1.docker.io");
    expect_full("index.docker.io/a/b:1", "docker.io/a/b:1", "registry-1.docker.io");
    expect_full("oci://ghcr.io/org/chart:1.2.3_x", "ghcr.io/org/chart:1.2.3_x", "ghcr.io");
    expect_full("localhost/x:1", "localhost/x:1", "localhost");
    expect_full("reg:5000/x:1", "reg:5000/x:1", "reg:5000");
    expect_full("reg.example.org:5000/a/b@sha256:" HEX, "reg.example.org:5000/a/b@sha256:" HEX,
                "reg.example.org:5000");
    expect_full("a.b/c:1@sha256:" HEX, "a.b/c:1@sha256:" HEX, "a.b");
}

static void expect_no_reference(const char *text, const char *word)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_ref ref;

    assert_int_equal(oci_ref_parse(arena, span_str(text), &ref, &err), -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    assert_non_null(strstr(err_message(err), word));
}

static void test_oci__what_is_no_reference(void **state)
{
    (void)state;
    expect_no_reference("busybox", "neither tag nor digest");
    expect_no_reference("reg:5000/busybox", "neither tag nor digest");
    expect_no_reference("", "neither tag nor digest");
    expect_no_reference(":1", "its repository");
    expect_no_reference("busybox:", "its tag");
    expect_no_reference("busybox:a b", "its tag");
    expect_no_reference("busybox:-x", "its tag");
    expect_no_reference("Busybox:1", "its repository");
    expect_no_reference("a.b/c/../d:1", "its repository");
    expect_no_reference("a.b//d:1", "its repository");
    expect_no_reference("a.b/:1", "its repository");
    expect_no_reference("a.b/c%2fd:1", "its repository");
    expect_no_reference("user@a.b/c:1", "its digest");
    expect_no_reference("a.b?x/c:1", "no host name");
    expect_no_reference("x@sha256:12", "its digest");
    expect_no_reference("x@sha512:" HEX HEX, "its digest");
}

static int parse(struct arena *arena, const char *text, struct oci_manifest *m, struct err **err)
{
    return oci_manifest_parse(arena, span_str(text), SPAN("from/header"), m, err);
}

static void test_oci__a_manifest_is_read(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_manifest m;
    const char *text = "{\"schemaVersion\":2,\"config\":" BLOB ",\"layers\":[" BLOB "," BLOB "]}";

    (void)state;
    assert_int_equal(parse(arena, text, &m, &err), 0);
    assert_int_equal(m.layer_count, 2);
    assert_int_equal(m.config.size, 7);
    assert_true(span_is(m.media_type, "from/header"));
    assert_int_equal(oci_manifest_total(&m), strlen(text) + 21);
    assert_true(span_eq(m.digest, oci_digest(arena, span_str(text))));
}

static void expect_bad_manifest(const char *text, enum err_kind kind, const char *word)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_manifest m;

    assert_int_equal(parse(arena, text, &m, &err), -1);
    assert_int_equal(err_kind(err), kind);
    assert_non_null(strstr(err_message(err), word));
}

static void test_oci__bad_manifests_are_refused(void **state)
{
    (void)state;
    expect_bad_manifest("{", ERR_INTEGRITY, "manifest");
    expect_bad_manifest("{\"schemaVersion\":1}", ERR_UNSUPPORTED, "schema version 2");
    expect_bad_manifest("{\"schemaVersion\":2}", ERR_INTEGRITY, "without sha256 digest");
    expect_bad_manifest("{\"schemaVersion\":2,\"config\":" BLOB "}", ERR_UNSUPPORTED, "layers");
    expect_bad_manifest("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:" HEX
                        "\",\"size\":-1}}",
                        ERR_INTEGRITY, "size");
    expect_bad_manifest("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:" HEX
                        "\",\"size\":4611686018427387904}}",
                        ERR_INTEGRITY, "4611686018427387904 bytes");
    expect_bad_manifest("{\"schemaVersion\":2,\"config\":" BLOB
                        ",\"layers\":[{\"digest\":\"sha256:" HEX
                        "\",\"size\":1,\"mediaType\":\"a.foreign.b\"}]}",
                        ERR_UNSUPPORTED, "not in the registry");
}

#define ENTRY(platform) "{\"digest\":\"sha256:" HEX "\",\"platform\":" platform "}"
#define AMD64 "{\"os\":\"linux\",\"architecture\":\"amd64\"}"
#define ARM "{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}"

static void test_oci__platform_of_an_index(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span digest;

    (void)state;
    assert_int_equal(oci_index_choose(arena,
                                      SPAN("{\"manifests\":[" ENTRY(ARM) "," ENTRY(AMD64) "]}"),
                                      "linux/amd64", &digest, &err),
                     1);
    assert_true(span_is(digest, "sha256:" HEX));
    assert_int_equal(oci_index_choose(arena, SPAN("{\"layers\":[]}"), "linux/amd64", &digest, &err),
                     0);
    assert_int_equal(oci_index_choose(arena, SPAN("{\"manifests\":[" ENTRY(ARM) "]}"),
                                      "linux/amd64", &digest, &err),
                     -1);
    assert_int_equal(err_kind(err), ERR_SOURCE);
    assert_non_null(strstr(err_message(err), "only for linux/arm/v7"));
}

UNIT_MAIN(UNIT(test_oci__references_in_full), UNIT(test_oci__what_is_no_reference),
          UNIT(test_oci__a_manifest_is_read), UNIT(test_oci__bad_manifests_are_refused),
          UNIT(test_oci__platform_of_an_index))
