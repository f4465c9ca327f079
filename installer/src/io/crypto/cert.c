// SPDX-License-Identifier: Apache-2.0
// New certificates, piece by piece.
#include "io/crypto/cert.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/crypto/pem.h"

enum { SERIAL_BYTES = 16 };

static void require(bool ok)
{
    if (!ok)
        mem_die("OpenSSL cannot make a certificate");
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

X509 *cert_new(EVP_PKEY *key, int64_t from, int64_t until)
{
    X509 *cert = X509_new();

    require(cert && X509_set_version(cert, X509_VERSION_3) == 1);
    set_serial(cert);
    require(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from) &&
            ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)until) &&
            X509_set_pubkey(cert, key) == 1);
    return cert;
}

void cert_add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509_EXTENSION *extension;
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    require(extension && X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void cert_sign(X509 *cert, EVP_PKEY *issuer_key)
{
    // Ed25519 has its hash within.
    const EVP_MD *hash = EVP_PKEY_is_a(issuer_key, "ED25519") ? NULL : EVP_sha256();

    require(X509_sign(cert, issuer_key, hash) > 0);
}

static void add_bio(BIO *bio, struct buf *out)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);

    buf_add(out, data, (size_t)len);
}

void cert_write(const X509 *cert, struct buf *out)
{
    BIO *bio CLEANUP(bio_cleanup) = BIO_new(BIO_s_mem());

    require(bio && PEM_write_bio_X509(bio, cert) == 1);
    add_bio(bio, out);
}

void cert_write_key(EVP_PKEY *key, struct buf *out)
{
    BIO *bio CLEANUP(bio_cleanup) = BIO_new(BIO_s_secmem());

    require(bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    add_bio(bio, out);
}

void cert_write_rsa_key(EVP_PKEY *key, struct buf *out)
{
    BIO *bio CLEANUP(bio_cleanup) = BIO_new(BIO_s_secmem());

    require(bio && PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    add_bio(bio, out);
}
