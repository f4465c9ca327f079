// SPDX-License-Identifier: Apache-2.0
// RSA: OAEP with SHA-256, and new keys with a certificate of their own.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/crypto/pem.h"

enum { SERIAL_BYTES = 16 };

// --- OAEP ---

// The label is OpenSSL's to free once it has taken it.
static bool set_label(EVP_PKEY_CTX *ctx, struct span label)
{
    void *copy = label.len ? OPENSSL_memdup(label.ptr, label.len) : NULL;

    if (!label.len)
        return true;
    if (copy && EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, (int)label.len) == 1)
        return true;
    OPENSSL_free(copy);
    return false;
}

static bool set_oaep(EVP_PKEY_CTX *ctx, struct span label)
{
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 && set_label(ctx, label);
}

typedef int crypt_fn(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len,
                     const unsigned char *in, size_t len);

static bool run_oaep(EVP_PKEY *key, crypt_fn *crypt, EVP_PKEY_CTX *ctx, struct span data,
                     struct buf *out)
{
    size_t len = (size_t)EVP_PKEY_get_size(key);
    char *at = buf_reserve(out, len);

    if (!at ||
        crypt(ctx, (unsigned char *)at, &len, (const unsigned char *)data.ptr, data.len) != 1)
        return false;
    buf_commit(out, len);
    return true;
}

int crypto_oaep_encrypt(struct span cert_pem, struct span label, struct span data, const char *what,
                        struct buf *out, struct err **err)
{
    X509 *cert CLEANUP(x509_cleanup) = pem_read_cert(cert_pem);
    EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
    EVP_PKEY_CTX *ctx CLEANUP(pkey_ctx_cleanup) = NULL;

    if (!cert)
        return pem_fail(what, "not a PEM certificate", err);
    if (!key || !EVP_PKEY_is_a(key, "RSA"))
        return err_set(err, ERR_CONFIG, "%s: the certificate is not of an RSA key", what);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (!ctx || EVP_PKEY_encrypt_init(ctx) != 1 || !set_oaep(ctx, label) ||
        !run_oaep(key, EVP_PKEY_encrypt, ctx, data, out))
        return pem_fail(what, "cannot encrypt to the certificate's key", err);
    return 0;
}

int crypto_oaep_decrypt(struct span key_pem, struct span label, struct span data, const char *what,
                        struct buf *out, struct err **err)
{
    bool encrypted = false;
    EVP_PKEY *key CLEANUP(pkey_cleanup) = pem_read_key(key_pem, &encrypted);
    EVP_PKEY_CTX *ctx CLEANUP(pkey_ctx_cleanup) = NULL;
    bool ok;

    if (!key || !EVP_PKEY_is_a(key, "RSA")) {
        ERR_clear_error();
        return err_set(err, ERR_CONFIG, "%s: not the private key of an RSA key", what);
    }
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    ok = ctx && EVP_PKEY_decrypt_init(ctx) == 1 && set_oaep(ctx, label) &&
         run_oaep(key, EVP_PKEY_decrypt, ctx, data, out);
    ERR_clear_error();
    if (!ok)
        return err_set(err, ERR_INTEGRITY, "%s: not encrypted for this key and label", what);
    return 0;
}

// --- new keys ---

static void require(bool ok)
{
    if (!ok)
        mem_die("OpenSSL cannot make an RSA key");
}

static void add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension;
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    require(extension && X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

// 128 bits that nobody else has; the first one is clear, so that the number is above zero.
static void set_serial(X509 *cert)
{
    unsigned char bytes[SERIAL_BYTES];
    BIGNUM *number;

    crypto_random(bytes, sizeof(bytes));
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 1);
    number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    require(number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)));
    BN_free(number);
}

// No name, as the controller of sealed-secrets makes them: issuer and subject are the same.
static X509 *make_cert(EVP_PKEY *key, int64_t from, int64_t until)
{
    X509 *cert = X509_new();

    require(cert && X509_set_version(cert, X509_VERSION_3) == 1);
    set_serial(cert);
    require(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from) &&
            ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)until) &&
            X509_set_pubkey(cert, key) == 1);
    add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(cert, NID_key_usage, "critical,encipherOnly");
    add_extension(cert, NID_subject_key_identifier, "hash");
    require(X509_sign(cert, key, EVP_sha256()) > 0);
    return cert;
}

static void add_bio(BIO *bio, struct buf *out)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);

    buf_add(out, data, (size_t)len);
}

void crypto_make_rsa(unsigned bits, int64_t from, int64_t until, struct buf *key_pem,
                     struct buf *cert_pem)
{
    EVP_PKEY *key CLEANUP(pkey_cleanup) = EVP_RSA_gen(bits);
    X509 *cert CLEANUP(x509_cleanup) = NULL;
    BIO *private CLEANUP(bio_cleanup) = BIO_new(BIO_s_secmem());
    BIO *public CLEANUP(bio_cleanup) = BIO_new(BIO_s_mem());

    require(key && private && public);
    cert = make_cert(key, from, until);
    require(PEM_write_bio_PrivateKey_traditional(private, key, NULL, NULL, 0, NULL, NULL) == 1 &&
            PEM_write_bio_X509(public, cert) == 1);
    add_bio(private, key_pem);
    add_bio(public, cert_pem);
}
