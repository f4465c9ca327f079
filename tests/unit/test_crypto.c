// SPDX-License-Identifier: Apache-2.0
// io/crypto: digests, the digest stream, base64.
#include "unit.h"

#include "base/mem.h"
#include "io/crypto.h"

// FIPS 180-4 example values.
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA1_ABC "a9993e364706816aba3e25717850c26c9cd0d89d"

static void test_crypto__known_digests(void **state)
{
    unsigned char sum[CRYPTO_SHA1_BYTES];
    struct digest digest = crypto_sha256(SPAN("abc"));
    char hex[2 * sizeof(sum) + 1];

    (void)state;
    assert_string_equal(DIGEST_HEX(&digest), SHA256_ABC);
    crypto_sha1(SPAN("abc"), sum);
    crypto_hex(sum, sizeof(sum), hex);
    assert_string_equal(hex, SHA1_ABC);
}

// RFC 4231, test case 2.
static void test_crypto__known_hmac(void **state)
{
    struct digest mac = crypto_hmac_sha256(SPAN("Jefe"), SPAN("what do ya want for nothing?"));

    (void)state;
    assert_string_equal(DIGEST_HEX(&mac),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void test_crypto__incremental_equals_one_shot_and_starts_again(void **state)
{
    struct crypto_hash *h CLEANUP(crypto_hash_cleanup) = crypto_hash_new(CRYPTO_SHA256);
    struct digest digest;

    (void)state;
    for (int round = 0; round < 2; round++) {
        crypto_hash_start(h);
        crypto_hash_add(h, "a", 1);
        crypto_hash_add(h, "bc", 2);
        digest = crypto_hash_digest(h);
        assert_string_equal(DIGEST_HEX(&digest), SHA256_ABC);
    }
}

static int read_digested(const char *text, const char *expected_hex, struct err **err)
{
    struct digest expected;
    struct stream *s CLEANUP(stream_cleanup) = NULL;

    assert_true(digest_parse_hex(span_str(expected_hex), &expected));
    s = crypto_sha256_stream(stream_from_span(span_str(text)), &expected, "blob x");
    return stream_drain(s, err);
}

static void test_crypto__stream_refuses_another_digest(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(read_digested("abc", SHA256_ABC, &err), 0);
    assert_int_equal(read_digested("abd", SHA256_ABC, &err), -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_non_null(strstr(err_message(err), "blob x"));
    assert_non_null(strstr(err_message(err), "expected sha256:" SHA256_ABC));
}

static void test_crypto__a_blob_has_its_size_and_digest(void **state)
{
    struct crypto_hash *h CLEANUP(crypto_hash_cleanup) = crypto_hash_new(CRYPTO_SHA256);
    struct digest abc = crypto_sha256(SPAN("abc")), other = crypto_sha256(SPAN("abd"));
    struct err *err = NULL;

    (void)state;
    crypto_hash_start(h);
    crypto_hash_add(h, "abc", 3);
    assert_int_equal(crypto_hash_check(h, 3, &abc, 4, &err), -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_string_equal(err_message(err), "blob sha256:" SHA256_ABC ": it has 3 bytes, not 4");
    err_clear(&err);
    assert_int_equal(crypto_hash_check(h, 3, &abc, 3, &err), 0);
    crypto_hash_start(h);
    crypto_hash_add(h, "abc", 3);
    assert_int_equal(crypto_hash_check(h, 3, &other, 3, &err), -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_non_null(strstr(err_message(err), "what came has the digest sha256:" SHA256_ABC));
    err_clear(&err);
}

static void test_crypto__pieces_are_equal_or_not(void **state)
{
    (void)state;
    assert_true(crypto_equal("abc", "abd", 2));
    assert_false(crypto_equal("abc", "abd", 3));
}

static void test_crypto__base64_of_rfc4648(void **state)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct buf back CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        crypto_base64_encode(span_str(pairs[i][0]), &out);
        assert_string_equal(buf_str(&out), pairs[i][1]);
        assert_true(crypto_base64_decode(buf_span(&out), &back));
        assert_string_equal(buf_str(&back), pairs[i][0]);
    }
}

static void test_crypto__base64_refuses_what_is_not(void **state)
{
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Z!==", "Zh==", "Zg==Zg=="};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        buf_add_str(&out, "kept");
        assert_false(crypto_base64_decode(span_str(bad[i]), &out));
        assert_string_equal(buf_str(&out), "kept");
    }
}

static void test_crypto__base64_ignores_line_ends(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    assert_true(crypto_base64_decode(SPAN("Zm9v\r\nYmFy\n"), &out));
    assert_string_equal(buf_str(&out), "foobar");
}

UNIT_MAIN(UNIT(test_crypto__known_digests), UNIT(test_crypto__known_hmac),
          UNIT(test_crypto__incremental_equals_one_shot_and_starts_again),
          UNIT(test_crypto__stream_refuses_another_digest),
          UNIT(test_crypto__a_blob_has_its_size_and_digest),
          UNIT(test_crypto__pieces_are_equal_or_not), UNIT(test_crypto__base64_of_rfc4648),
          UNIT(test_crypto__base64_refuses_what_is_not),
          UNIT(test_crypto__base64_ignores_line_ends))
