// SPDX-License-Identifier: Apache-2.0
// References, manifests and indexes of registries. The client is tested by tests/integration.
#include "unit.h"

#include "base/mem.h"
#include "io/crypto.h"
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
    struct digest digest;
    const char *text = "{\"schemaVersion\":2,\"config\":" BLOB ",\"layers\":[" BLOB "," BLOB "]}";

    (void)state;
    assert_int_equal(parse(arena, text, &m, &err), 0);
    assert_int_equal(m.layer_count, 2);
    assert_int_equal(m.config.size, 7);
    assert_true(span_is(m.media_type, "from/header"));
    assert_int_equal(m.bytes.len, strlen(text));
    digest = crypto_sha256(span_str(text));
    assert_true(digest_eq(&m.digest, &digest));
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
    expect_bad_manifest("{\"schemaVersion\":1}", ERR_UNSUPPORTED, "schema version 1");
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

// --- platforms ---

static void expect_rank(const char *wanted, const char *have, int rank)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct oci_platform a, b;

    assert_true(oci_platform_parse(arena, span_str(wanted), &a));
    assert_true(oci_platform_parse(arena, span_str(have), &b));
    if (oci_platform_rank(&a, &b) != rank)
        fail_msg("%s on %s: %d", have, wanted, oci_platform_rank(&a, &b));
}

static void test_oci__platforms_as_containerd_compares_them(void **state)
{
    (void)state;
    expect_rank("linux/amd64", "linux/amd64", 0);
    expect_rank("linux/amd64", "linux/amd64/v1", 0);
    expect_rank("linux/amd64", "Linux/x86_64", 0);
    expect_rank("linux/amd64", "linux/i386", 1);
    expect_rank("linux/amd64", "linux/amd64/v2", -1);
    expect_rank("linux/amd64/v3", "linux/amd64/v2", 1);
    expect_rank("linux/amd64/v3", "linux/amd64", 2);
    expect_rank("linux/amd64", "windows/amd64", -1);
    expect_rank("linux/amd64", "linux/arm64", -1);
    expect_rank("linux/arm64", "linux/aarch64/v8", 0);
    expect_rank("linux/arm64/v8", "linux/arm64", 0);
    expect_rank("linux/arm64", "linux/arm/v8", 1);
    expect_rank("linux/arm64", "linux/arm", 2);
    expect_rank("linux/arm", "linux/arm/v7", 0);
    expect_rank("linux/armhf", "linux/arm/7", 0);
    expect_rank("linux/arm", "linux/armel", 1);
    expect_rank("linux/arm/v6", "linux/arm/v7", -1);
    expect_rank("linux/s390x", "linux/s390x", 0);
}

static void test_oci__what_is_no_platform(void **state)
{
    static const char *const bad[] = {"", "linux", "linux/", "/amd64", "linux/arm/", "a/b/c/d"};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct oci_platform p;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(oci_platform_parse(arena, span_str(bad[i]), &p));
}

// --- from a name to manifests ---

#define IMAGE_CONFIG "application/vnd.oci.image.config.v1+json"
#define AMD64 "{\"os\":\"linux\",\"architecture\":\"amd64\"}"
#define ARM64 "{\"os\":\"linux\",\"architecture\":\"arm64\"}"
#define NOWHERE "{\"os\":\"unknown\",\"architecture\":\"unknown\"}"

// A registry in memory: the tag "t", and everything by its digest.
struct registry {
    struct oci_documents base;
    struct arena *arena;
    struct span all[128];
    size_t count;
    unsigned asked;
};

static int find(struct registry *r, const struct digest *digest, struct span *bytes,
                struct err **err)
{
    for (size_t i = r->count; i-- > 0;) {
        struct digest found = crypto_sha256(r->all[i]);

        if (digest_is_set(digest) && !digest_eq(&found, digest))
            continue;
        *bytes = r->all[i];
        return 0;
    }
    return err_set(err, ERR_SOURCE, "%s is not there", DIGEST_TEXT(digest));
}

static int get_manifest(struct oci_documents *d, struct arena *arena UNUSED,
                        const struct oci_ref *ref, struct span *bytes, struct span *media_type,
                        struct err **err)
{
    struct registry *r = (struct registry *)d;

    r->asked++;
    *media_type = SPAN("from/header");
    assert_true(span_is(ref->repository, "x") && span_is(ref->tag, "t"));
    return find(r, &ref->digest, bytes, err);
}

static int get_config(struct oci_documents *d, struct arena *arena UNUSED,
                      const struct oci_blob *blob, struct span *bytes, struct err **err)
{
    return find((struct registry *)d, &blob->digest, bytes, err);
}

static void registry_init(struct registry *r)
{
    *r = (struct registry){.base = {get_manifest, get_config}, .arena = arena_new()};
}

static void registry_free(struct registry *r)
{
    arena_free(r->arena);
}

// Adds a document; what the last one is, has the tag. Its digest.
static const char *add(struct registry *r, char *text)
{
    struct digest digest;

    assert_true(r->count < ARRAY_LEN(r->all));
    r->all[r->count++] = span_str(text);
    digest = crypto_sha256(span_str(text));
    return arena_str(r->arena, DIGEST_TEXT(&digest));
}

static const char *add_manifest(struct registry *r, const char *config, const char *type)
{
    const char *digest = add(r, arena_printf(r->arena, "%s", config));

    return add(r, arena_printf(r->arena,
                               "{\"schemaVersion\":2,\"config\":{\"digest\":\"%s\",\"size\":%zu,"
                               "\"mediaType\":\"%s\"},\"layers\":[]}",
                               digest, strlen(config), type));
}

static char *entry(struct registry *r, const char *digest, const char *platform)
{
    return arena_printf(r->arena, "{\"digest\":\"%s\",\"size\":1%s%s}", digest,
                        platform ? ",\"platform\":" : "", platform ? platform : "");
}

static const char *add_index(struct registry *r, const char *first, const char *second)
{
    return add(r, arena_printf(r->arena, "{\"schemaVersion\":2,\"manifests\":[%s%s%s]}", first,
                               second ? "," : "", second ? second : ""));
}

static int resolve(struct registry *r, const char *platforms, struct oci_resolved *resolved,
                   struct err **err)
{
    struct oci_ref ref;
    struct span list[4], rest = span_str(platforms);
    size_t count = 0;

    assert_int_equal(oci_ref_parse(r->arena, SPAN("example.org/x:t"), &ref, err), 0);
    while (span_next(&rest, ',', &list[count]))
        count++;
    return oci_resolve(&r->base, r->arena, &ref, OCI_IMAGE, list, count, resolved, err);
}

static void expect_manifest(struct registry *r, const char *digest, size_t indexes)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_resolved resolved;

    if (resolve(r, "linux/amd64", &resolved, &err) < 0)
        fail_msg("%s: %s", err_message(err), err_message(err_cause(err)));
    assert_string_equal(DIGEST_TEXT(&resolved.manifests[0].digest), digest);
    assert_int_equal(resolved.index_count, indexes);
    assert_true(digest_eq(&resolved.digest,
                          indexes ? &resolved.indexes[0].digest : &resolved.manifests[0].digest));
}

static void test_oci__indexes_are_followed(void **state)
{
    struct registry r CLEANUP(registry_free);
    const char *amd, *arm, *inner;

    (void)state;
    registry_init(&r);
    arm = add_manifest(&r, ARM64, IMAGE_CONFIG);
    amd = add_manifest(&r, AMD64, IMAGE_CONFIG);
    expect_manifest(&r, amd, 0);
    inner = add_index(&r, entry(&r, arm, ARM64), entry(&r, amd, AMD64));
    expect_manifest(&r, amd, 1);
    add_index(&r, entry(&r, inner, AMD64), NULL);
    expect_manifest(&r, amd, 2);
    add_index(&r, entry(&r, arm, NULL), entry(&r, inner, NULL));
    expect_manifest(&r, amd, 2);
    add_index(&r, entry(&r, arm, NULL), entry(&r, amd, NULL));
    expect_manifest(&r, amd, 1);
    add_index(&r, entry(&r, arm, NOWHERE),
              entry(&r, amd, "{\"os\":\"linux\",\"architecture\":\"amd64\",\"variant\":\"v1\"}"));
    expect_manifest(&r, amd, 1);
    // The better platform wins over the earlier place, and any platform over none.
    add_index(&r, entry(&r, arm, "{\"os\":\"linux\",\"architecture\":\"386\"}"),
              entry(&r, amd, AMD64));
    expect_manifest(&r, amd, 1);
}

static void test_oci__several_platforms_of_one_index(void **state)
{
    struct registry r CLEANUP(registry_free);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_resolved resolved;
    const char *amd, *arm, *inner;

    (void)state;
    registry_init(&r);
    arm = add_manifest(&r, ARM64, IMAGE_CONFIG);
    amd = add_manifest(&r, AMD64, IMAGE_CONFIG);
    inner = add_index(&r, entry(&r, arm, ARM64), NULL);
    add_index(&r, entry(&r, inner, NULL), entry(&r, amd, AMD64));
    assert_int_equal(resolve(&r, "linux/amd64,linux/arm64", &resolved, &err), 0);
    assert_string_equal(DIGEST_TEXT(&resolved.manifests[0].digest), amd);
    assert_string_equal(DIGEST_TEXT(&resolved.manifests[1].digest), arm);
    assert_int_equal(resolved.index_count, 2);
    assert_string_equal(DIGEST_TEXT(&resolved.indexes[1].digest), inner);
}

static void expect_no_image(struct registry *r, enum err_kind kind, const char *word)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_resolved resolved;

    assert_int_equal(resolve(r, "linux/amd64", &resolved, &err), -1);
    assert_int_equal(err_kind(err), kind);
    if (!strstr(err_message(err_cause(err)), word))
        fail_msg("'%s' has not '%s'", err_message(err_cause(err)), word);
}

static void test_oci__what_is_no_image_for_the_platform(void **state)
{
    struct registry r CLEANUP(registry_free);
    const char *arm, *chart;

    (void)state;
    registry_init(&r);
    arm = add_manifest(&r, ARM64, IMAGE_CONFIG);
    expect_no_image(&r, ERR_SOURCE, "for linux/amd64, only for linux/arm64");
    add_index(&r, entry(&r, arm, ARM64), entry(&r, arm, NULL));
    expect_no_image(&r, ERR_SOURCE, "only for linux/arm64, linux/arm64");
    chart = add_manifest(&r, "{}", OCI_CHART_CONFIG);
    expect_no_image(&r, ERR_CONFIG, "no container image but a Helm chart");
    add_index(&r, entry(&r, chart, NULL), NULL);
    expect_no_image(&r, ERR_SOURCE, "only for nothing");
    add(&r, arena_printf(r.arena, "{\"schemaVersion\":2,\"artifactType\":\"a/b\",\"config\":" BLOB
                                  ",\"layers\":[]}"));
    expect_no_image(&r, ERR_CONFIG, "no container image but a/b");
    add(&r, arena_printf(r.arena, "{\"schemaVersion\":1,\"fsLayers\":[]}"));
    expect_no_image(&r, ERR_UNSUPPORTED, "Docker's schema version 1");
}

static void test_oci__looking_has_its_limits(void **state)
{
    struct registry r CLEANUP(registry_free);
    struct buf list CLEANUP(buf_free) = BUF_INIT(OCI_MANIFEST_MAX_BYTES);
    const char *digest;

    (void)state;
    registry_init(&r);
    digest = add_manifest(&r, AMD64, IMAGE_CONFIG);
    for (size_t i = 0; i <= OCI_INDEX_DEPTH_MAX; i++)
        digest = add_index(&r, entry(&r, digest, NULL), NULL);
    expect_no_image(&r, ERR_UNSUPPORTED, "nested deeper");

    digest = add_manifest(&r, ARM64, IMAGE_CONFIG);
    for (size_t i = 0; i < 10000; i++)
        buf_printf(&list, "%s%s", i ? "," : "", entry(&r, digest, NULL));
    add_index(&r, buf_str(&list), NULL);
    r.asked = 0;
    expect_no_image(&r, ERR_UNSUPPORTED, "looked at");
    assert_true(r.asked <= OCI_LOOKS_MAX + 1);
}

UNIT_MAIN(UNIT(test_oci__references_in_full), UNIT(test_oci__what_is_no_reference),
          UNIT(test_oci__a_manifest_is_read), UNIT(test_oci__bad_manifests_are_refused),
          UNIT(test_oci__platforms_as_containerd_compares_them),
          UNIT(test_oci__what_is_no_platform), UNIT(test_oci__indexes_are_followed),
          UNIT(test_oci__several_platforms_of_one_index),
          UNIT(test_oci__what_is_no_image_for_the_platform), UNIT(test_oci__looking_has_its_limits))
