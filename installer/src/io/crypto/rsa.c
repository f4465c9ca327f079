// SPDX-License-Identifier: Apache-2.0
// RSA: OAEP with SHA-256, and new keys with a certificate of their own.
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/crypto/cert.h"
#include "io/crypto/pem.h"

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

void crypto_make_rsa(unsigned bits, int64_t from, int64_t until, struct buf *key_pem,
                     struct buf *cert_pem)
{
    EVP_PKEY *key CLEANUP(pkey_cleanup) = EVP_RSA_gen(bits);
    X509 *cert CLEANUP(x509_cleanup) = NULL;

    if (!key)
        mem_die("OpenSSL cannot make an RSA key");
    // No name, as the controller of sealed-secrets makes them: issuer and subject are the same.
    cert = cert_new(key, from, until);
    cert_add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
    cert_add_extension(cert, cert, NID_key_usage, "critical,encipherOnly");
    cert_add_extension(cert, cert, NID_subject_key_identifier, "hash");
    cert_sign(cert, key);
    cert_write_rsa_key(key, key_pem);
    cert_write(cert, cert_pem);
}
