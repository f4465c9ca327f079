// SPDX-License-Identifier: Apache-2.0
// Keys of all usual kinds, and certificates of servers and authorities to the order of a caller:
// what Sprig's genCA and genSignedCert make in Go (crypto/x509).
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/crypto/cert.h"
#include "io/crypto/pem.h"

static void require(bool ok)
{
    if (!ok)
        mem_die("OpenSSL cannot make a key or a certificate");
}

// --- keys ---

static EVP_PKEY *generate(EVP_PKEY_CTX *ctx)
{
    EVP_PKEY *key = NULL;

    require(ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_generate(ctx, &key) == 1);
    return key;
}

static EVP_PKEY *make_dsa(void)
{
    EVP_PKEY_CTX *ctx CLEANUP(pkey_ctx_cleanup) = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    EVP_PKEY *parameters CLEANUP(pkey_cleanup) = NULL;
    EVP_PKEY_CTX *key_ctx CLEANUP(pkey_ctx_cleanup) = NULL;

    require(ctx && EVP_PKEY_paramgen_init(ctx) == 1 &&
            EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 2048) == 1 &&
            EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, 256) == 1 &&
            EVP_PKEY_generate(ctx, &parameters) == 1);
    key_ctx = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
    return generate(key_ctx);
}

static EVP_PKEY *make(enum crypto_key_kind kind)
{
    switch (kind) {
    case CRYPTO_KEY_RSA_2048: return EVP_RSA_gen(2048);
    case CRYPTO_KEY_RSA_4096: return EVP_RSA_gen(4096);
    case CRYPTO_KEY_DSA: return make_dsa();
    case CRYPTO_KEY_EC: return EVP_EC_gen("P-256");
    case CRYPTO_KEY_ED25519: {
        EVP_PKEY_CTX *ctx CLEANUP(pkey_ctx_cleanup) =
            EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);

        return generate(ctx);
    }
    }
    return NULL;
}

// As OpenSSL wrote keys before PKCS#8, where the kind has such a form.
static void write_traditional(EVP_PKEY *key, struct buf *out)
{
    BIO *bio CLEANUP(bio_cleanup) = BIO_new(BIO_s_mem());
    char *text;
    long len;

    if (EVP_PKEY_is_a(key, "ED25519")) {
        cert_write_key(key, out);
        return;
    }
    require(bio && PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    len = BIO_get_mem_data(bio, &text);
    buf_add(out, text, (size_t)len);
}

void crypto_make_key(enum crypto_key_kind kind, struct buf *pem)
{
    EVP_PKEY *key CLEANUP(pkey_cleanup) = make(kind);

    require(key != NULL);
    write_traditional(key, pem);
}

int crypto_rewrite_key(struct span key_pem, const char *what, struct buf *pem, struct err **err)
{
    bool encrypted = false;
    EVP_PKEY *key CLEANUP(pkey_cleanup) = pem_read_key(key_pem, &encrypted);

    if (!key)
        return pem_fail(what, "not a PEM private key that can be read", err);
    write_traditional(key, pem);
    return 0;
}

// --- certificates ---

static void names_cleanup(GENERAL_NAMES **names)
{
    GENERAL_NAMES_free(*names);
}

static void push_name(GENERAL_NAMES *names, int type, void *is)
{
    GENERAL_NAME *name = GENERAL_NAME_new();

    require(name != NULL);
    GENERAL_NAME_set0_value(name, type, is);
    require(sk_GENERAL_NAME_push(names, name) > 0);
}

static int push_address(GENERAL_NAMES *names, const char *text, struct err **err)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);

    ERR_clear_error();
    if (!address)
        return err_set(err, ERR_CONFIG, "error parsing ip: %s", text);
    push_name(names, GEN_IPADD, address);
    return 0;
}

// Host names first, as Go has them.
static int set_alternatives(X509 *cert, const struct crypto_order *order, struct err **err)
{
    GENERAL_NAMES *names CLEANUP(names_cleanup) = GENERAL_NAMES_new();

    require(names != NULL);
    for (size_t i = 0; i < order->host_count; i++) {
        ASN1_IA5STRING *host = ASN1_IA5STRING_new();

        require(host && ASN1_STRING_set(host, order->hosts[i], (int)strlen(order->hosts[i])) == 1);
        push_name(names, GEN_DNS, host);
    }
    for (size_t i = 0; i < order->address_count; i++)
        if (push_address(names, order->addresses[i], err) < 0)
            return -1;
    if (sk_GENERAL_NAME_num(names))
        require(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1);
    return 0;
}

static void set_name(X509 *cert, struct span name)
{
    X509_NAME *subject = X509_get_subject_name(cert);

    // Longer than X.509 wants it, Go writes it all the same.
    if (X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                   (const unsigned char *)name.ptr, (int)name.len, -1, 0) != 1)
        ERR_clear_error();
}

static int issue(const struct crypto_order *order, EVP_PKEY *key, X509 *issuer,
                 EVP_PKEY *issuer_key, struct buf *cert_pem, struct err **err)
{
    X509 *cert CLEANUP(x509_cleanup) = cert_new(key, order->from, order->until);

    if (order->name.len)
        set_name(cert, order->name);
    require(X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer : cert)) == 1);
    cert_add_extension(cert, cert, NID_key_usage,
                       order->is_authority ? "critical,digitalSignature,keyEncipherment,keyCertSign"
                                           : "critical,digitalSignature,keyEncipherment");
    cert_add_extension(cert, cert, NID_ext_key_usage, "serverAuth,clientAuth");
    cert_add_extension(cert, cert, NID_basic_constraints,
                       order->is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (order->is_authority)
        cert_add_extension(cert, cert, NID_subject_key_identifier, "hash");
    if (issuer && X509_get0_subject_key_id(issuer))
        cert_add_extension(cert, issuer, NID_authority_key_identifier, "keyid");
    if (set_alternatives(cert, order, err) < 0)
        return -1;
    cert_sign(cert, issuer_key);
    cert_write(cert, cert_pem);
    return 0;
}

int crypto_make_cert(const struct crypto_order *order, struct buf *cert_pem, struct err **err)
{
    bool encrypted = false;
    EVP_PKEY *key CLEANUP(pkey_cleanup) = pem_read_key(order->key_pem, &encrypted);
    X509 *issuer CLEANUP(x509_cleanup) = NULL;
    EVP_PKEY *issuer_key CLEANUP(pkey_cleanup) = NULL;

    if (!key)
        return pem_fail("the certificate's key", "not a PEM private key that can be read", err);
    if (!order->issuer)
        return issue(order, key, NULL, key, cert_pem, err);
    issuer = pem_read_cert(order->issuer->cert_pem);
    issuer_key = issuer ? pem_read_key(order->issuer->key_pem, &encrypted) : NULL;
    if (!issuer_key)
        return pem_fail(order->issuer->what, "no pair of a certificate and its key", err);
    if (X509_check_private_key(issuer, issuer_key) != 1) {
        ERR_clear_error();
        return err_set(err, ERR_CONFIG,
                       "error creating certificate: x509: provided PrivateKey doesn't match "
                       "parent's PublicKey");
    }
    return issue(order, key, issuer, issuer_key, cert_pem, err);
}
