// SPDX-License-Identifier: Apache-2.0
// io/crypto: AES-256-GCM, scrypt, RSA-OAEP and new keys, on published test vectors.
#include "unit.h"

#include "base/mem.h"
#include "io/crypto.h"

static struct span unhex(const char *hex, unsigned char *out)
{
    size_t len = strlen(hex) / 2;

    assert_true(span_unhex(span_str(hex), out, len));
    return span_of(out, len);
}

// --- AES-256-GCM ---

// Test case 16 of "The Galois/Counter Mode of Operation", McGrew and Viega, which NIST refers to.
static const char gcm_key[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
static const char gcm_nonce[] = "cafebabefacedbaddecaf888";
static const char gcm_also[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
static const char gcm_text[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                               "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
static const char gcm_sealed[] = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                 "76fc6ece0f4e1768cddf8853bb2d551b";

struct gcm {
    unsigned char key[CRYPTO_KEY_BYTES], nonce[CRYPTO_NONCE_BYTES], also[20], text[60], sealed[76];
};

static void fill(struct gcm *g)
{
    unhex(gcm_key, g->key);
    unhex(gcm_nonce, g->nonce);
    unhex(gcm_also, g->also);
    unhex(gcm_text, g->text);
    unhex(gcm_sealed, g->sealed);
}

static void test_crypto_secret__gcm_encrypts_as_published(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct gcm g;

    (void)state;
    fill(&g);
    crypto_gcm_encrypt(g.key, g.nonce, span_of(g.also, sizeof(g.also)),
                       span_of(g.text, sizeof(g.text)), &out);
    assert_int_equal(out.len, sizeof(g.sealed));
    assert_memory_equal(out.data, g.sealed, sizeof(g.sealed));
}

static bool decrypts(const struct gcm *g, size_t len, struct buf *out)
{
    return crypto_gcm_decrypt(g->key, g->nonce, span_of(g->also, sizeof(g->also)),
                              span_of(g->sealed, len), out);
}

static void test_crypto_secret__gcm_decrypts_what_nobody_changed(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct gcm g;

    (void)state;
    fill(&g);
    buf_add_str(&out, "kept");
    assert_true(decrypts(&g, sizeof(g.sealed), &out));
    assert_int_equal(out.len, 4 + sizeof(g.text));
    assert_memory_equal(out.data + 4, g.text, sizeof(g.text));
}

static void test_crypto_secret__gcm_refuses_every_changed_bit(void **state)
{
    struct gcm g;
    unsigned char *const places[] = {g.key, g.nonce, g.also, g.sealed};
    const size_t sizes[] = {sizeof(g.key), sizeof(g.nonce), sizeof(g.also), sizeof(g.sealed)};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        for (size_t bit = 0; bit < 8 * sizes[i]; bit++) {
            struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

            fill(&g);
            places[i][bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_false(decrypts(&g, sizeof(g.sealed), &out));
            assert_int_equal(out.len, 0);
        }
    }
}

static void test_crypto_secret__gcm_refuses_what_was_cut(void **state)
{
    struct gcm g;

    (void)state;
    fill(&g);
    for (size_t len = 0; len < sizeof(g.sealed); len++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        assert_false(decrypts(&g, len, &out));
    }
}

static void test_crypto_secret__gcm_of_nothing_is_a_tag(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf back CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct gcm g;

    (void)state;
    fill(&g);
    crypto_gcm_encrypt(g.key, g.nonce, SPAN("header"), SPAN_EMPTY, &out);
    assert_int_equal(out.len, CRYPTO_TAG_BYTES);
    assert_true(crypto_gcm_decrypt(g.key, g.nonce, SPAN("header"), buf_span(&out), &back));
    assert_false(crypto_gcm_decrypt(g.key, g.nonce, SPAN("Header"), buf_span(&out), &back));
}

// --- scrypt ---

static void test_crypto_secret__scrypt_of_rfc7914(void **state)
{
    static const struct {
        const char *passphrase, *salt;
        struct crypto_scrypt cost;
        const char *key;
    } rows[] = {
        {"",
         "",
         {4, 1, 1},
         "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
         "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
        {"password",
         "NaCl",
         {10, 8, 16},
         "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
         "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"},
        {"pleaseletmein",
         "SodiumChloride",
         {14, 8, 1},
         "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
         "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned char wanted[64], got[64];

        unhex(rows[i].key, wanted);
        crypto_scrypt(span_str(rows[i].passphrase), span_str(rows[i].salt), &rows[i].cost, got,
                      sizeof(got));
        assert_memory_equal(got, wanted, sizeof(wanted));
    }
}

// --- RSA ---

enum { RSA_BITS = 2048 };

struct pair {
    struct buf key, cert;
};

static void make(struct pair *p)
{
    p->key = p->cert = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    crypto_make_rsa(RSA_BITS, 1700000000, 1700000000 + 3600, &p->key, &p->cert);
}

static void pair_free(struct pair *p)
{
    crypto_buf_wipe(&p->key);
    buf_free(&p->cert);
}

static void test_crypto_secret__a_new_key_has_its_certificate(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct pair one CLEANUP(pair_free), two CLEANUP(pair_free);
    struct digest id_one, id_two;
    time_t from, until;
    size_t count;

    (void)state;
    make(&one);
    make(&two);
    assert_int_equal(crypto_check_certs(buf_span(&one.cert), "x", &count, &err), 0);
    assert_int_equal(count, 1);
    assert_int_equal(crypto_check_pair(buf_span(&one.cert), buf_span(&one.key), "x", &err), 0);
    assert_int_equal(crypto_check_pair(buf_span(&one.cert), buf_span(&two.key), "x", &err), -1);
    assert_true(crypto_cert_times(buf_span(&one.cert), &from, &until));
    assert_int_equal(from, 1700000000);
    assert_int_equal(until, 1700000000 + 3600);
    assert_true(crypto_cert_rsa_id(buf_span(&one.cert), &id_one));
    assert_true(crypto_cert_rsa_id(buf_span(&two.cert), &id_two));
    assert_false(digest_eq(&id_one, &id_two));
    assert_true(span_starts(buf_span(&one.key), "-----BEGIN RSA PRIVATE KEY-----\n"));
}

static void test_crypto_secret__oaep_opens_with_key_and_label_only(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf sealed CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf back CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct pair one CLEANUP(pair_free), two CLEANUP(pair_free);

    (void)state;
    make(&one);
    make(&two);
    assert_int_equal(
        crypto_oaep_encrypt(buf_span(&one.cert), SPAN("label"), SPAN("text"), "x", &sealed, &err),
        0);
    assert_int_equal(sealed.len, RSA_BITS / 8);
    assert_int_equal(
        crypto_oaep_decrypt(buf_span(&one.key), SPAN("label"), buf_span(&sealed), "x", &back, &err),
        0);
    assert_string_equal(buf_str(&back), "text");
    assert_int_equal(
        crypto_oaep_decrypt(buf_span(&one.key), SPAN("other"), buf_span(&sealed), "x", &back, &err),
        -1);
    assert_err(err, ERR_INTEGRITY, "not encrypted for this key and label");
    err_clear(&err);
    assert_int_equal(
        crypto_oaep_decrypt(buf_span(&two.key), SPAN("label"), buf_span(&sealed), "x", &back, &err),
        -1);
    assert_err(err, ERR_INTEGRITY, "not encrypted for this key and label");
}

static void test_crypto_secret__oaep_refuses_what_is_no_certificate(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    assert_int_equal(
        crypto_oaep_encrypt(SPAN("x"), SPAN_EMPTY, SPAN("text"), "cert.pem", &out, &err), -1);
    assert_err(err, ERR_CONFIG, "cert.pem: not a PEM certificate");
}

// --- overwriting ---

static void test_crypto_secret__wiping_leaves_zeros(void **state)
{
    char text[] = "secret";

    (void)state;
    crypto_wipe(text, sizeof(text));
    for (size_t i = 0; i < sizeof(text); i++)
        assert_int_equal(text[i], 0);
}

static void test_crypto_secret__random_bytes_differ(void **state)
{
    unsigned char one[32], two[32];

    (void)state;
    crypto_random(one, sizeof(one));
    crypto_random(two, sizeof(two));
    assert_memory_not_equal(one, two, sizeof(one));
}

// A vector of OpenBSD's and jBCrypt's tests.
static void test_crypto_bcrypt__known_hashes(void **state)
{
    static const unsigned char zero[CRYPTO_BCRYPT_SALT_BYTES] = {0x14, 0x4b, 0x3d, 0x69, 0x1a, 0x7b,
                                                                 0x4e, 0xcf, 0x39, 0xcf, 0x73, 0x5c,
                                                                 0x7f, 0xa7, 0xa7, 0x9c};
    char text[CRYPTO_BCRYPT_TEXT_BYTES];

    (void)state;
    crypto_bcrypt(SPAN(""), zero, 6, text);
    assert_string_equal(text, "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.");
}

// SP 800-38A, F.2.5.
static void test_crypto_cbc__known_blocks(void **state)
{
    unsigned char key[CRYPTO_KEY_BYTES], iv[CRYPTO_BLOCK_BYTES], text[CRYPTO_BLOCK_BYTES];
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf back CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char hex[2 * CRYPTO_BLOCK_BYTES + 1];

    (void)state;
    assert_true(span_unhex(SPAN("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
                           key, sizeof(key)));
    assert_true(span_unhex(SPAN("000102030405060708090a0b0c0d0e0f"), iv, sizeof(iv)));
    assert_true(span_unhex(SPAN("6bc1bee22e409f96e93d7e117393172a"), text, sizeof(text)));
    crypto_cbc(true, key, iv, span_of(text, sizeof(text)), &out);
    assert_int_equal(out.len, CRYPTO_BLOCK_BYTES);
    crypto_hex((const unsigned char *)out.data, out.len, hex);
    assert_string_equal(hex, "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
    crypto_cbc(false, key, iv, buf_span(&out), &back);
    assert_memory_equal(back.data, text, sizeof(text));
}

UNIT_MAIN(UNIT(test_crypto_bcrypt__known_hashes), UNIT(test_crypto_cbc__known_blocks),
          UNIT(test_crypto_secret__gcm_encrypts_as_published),
          UNIT(test_crypto_secret__gcm_decrypts_what_nobody_changed),
          UNIT(test_crypto_secret__gcm_refuses_every_changed_bit),
          UNIT(test_crypto_secret__gcm_refuses_what_was_cut),
          UNIT(test_crypto_secret__gcm_of_nothing_is_a_tag),
          UNIT(test_crypto_secret__scrypt_of_rfc7914),
          UNIT(test_crypto_secret__a_new_key_has_its_certificate),
          UNIT(test_crypto_secret__oaep_opens_with_key_and_label_only),
          UNIT(test_crypto_secret__oaep_refuses_what_is_no_certificate),
          UNIT(test_crypto_secret__wiping_leaves_zeros),
          UNIT(test_crypto_secret__random_bytes_differ))
