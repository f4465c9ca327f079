// SPDX-License-Identifier: Apache-2.0
// Reading and checking PEM certificates and keys, in words for whoever wrote the file.
#include "io/crypto/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "io/crypto.h"

int pem_fail(const char *what, const char *text, struct err **err)
{
    char reason[256] = "no PEM block found";
    unsigned long code = ERR_peek_last_error();

    if (code && ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
        ERR_error_string_n(code, reason, sizeof(reason));
    ERR_clear_error();
    return err_set(err, ERR_CONFIG, "%s: %s: %s", what, text, reason);
}

X509 *pem_read_cert(struct span pem)
{
    BIO *in CLEANUP(bio_cleanup) = BIO_new_mem_buf(pem.ptr, (int)pem.len);

    ERR_clear_error();
    return PEM_read_bio_X509(in, NULL, NULL, NULL);
}

int crypto_check_certs(struct span pem, const char *what, size_t *count, struct err **err)
{
    BIO *in CLEANUP(bio_cleanup) = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    size_t found = 0;

    ERR_clear_error();
    for (;;) {
        X509 *cert CLEANUP(x509_cleanup) = PEM_read_bio_X509(in, NULL, NULL, NULL);

        if (!cert)
            break;
        found++;
    }
    if (found == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        return pem_fail(what, "not a PEM certificate", err);
    ERR_clear_error();
    if (count)
        *count = found;
    return 0;
}

bool crypto_cert_times(struct span pem, time_t *from, time_t *until)
{
    X509 *cert CLEANUP(x509_cleanup) = pem_read_cert(pem);
    struct tm first, last;

    ERR_clear_error();
    if (!cert || ASN1_TIME_to_tm(X509_get0_notBefore(cert), &first) != 1 ||
        ASN1_TIME_to_tm(X509_get0_notAfter(cert), &last) != 1)
        return false;
    *from = timegm(&first);
    *until = timegm(&last);
    return true;
}

bool crypto_cert_rsa_id(struct span pem, struct digest *id)
{
    X509 *cert CLEANUP(x509_cleanup) = pem_read_cert(pem);
    EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
    unsigned char *der = NULL;
    int len = key && EVP_PKEY_is_a(key, "RSA") ? i2d_PUBKEY(key, &der) : -1;

    ERR_clear_error();
    if (len < 0)
        return false;
    *id = crypto_sha256(span_of(der, (size_t)len));
    OPENSSL_free(der);
    return true;
}

// Called by OpenSSL for an encrypted key: there is nobody to ask.
static int no_password(char *out UNUSED, int size UNUSED, int writing UNUSED, void *asked)
{
    *(bool *)asked = true;
    return -1;
}

EVP_PKEY *pem_read_key(struct span pem, bool *encrypted)
{
    BIO *in CLEANUP(bio_cleanup) = BIO_new_mem_buf(pem.ptr, (int)pem.len);

    ERR_clear_error();
    return PEM_read_bio_PrivateKey(in, NULL, no_password, encrypted);
}

int crypto_check_key(struct span pem, const char *what, struct err **err)
{
    bool encrypted = false;
    EVP_PKEY *key CLEANUP(pkey_cleanup) = pem_read_key(pem, &encrypted);

    if (key)
        return 0;
    if (encrypted) {
        ERR_clear_error();
        err_set(err, ERR_CONFIG, "%s: the private key is encrypted", what);
        return err_hint(err, "decrypt it first: openssl pkey -in KEY -out PLAIN-KEY");
    }
    return pem_fail(what, "not a PEM private key", err);
}

int crypto_check_pair(struct span cert_pem, struct span key_pem, const char *what, struct err **err)
{
    X509 *cert CLEANUP(x509_cleanup) = pem_read_cert(cert_pem);
    bool encrypted = false;
    EVP_PKEY *key CLEANUP(pkey_cleanup) = pem_read_key(key_pem, &encrypted);
    bool same = cert && key && X509_check_private_key(cert, key) == 1;

    ERR_clear_error();
    if (!same)
        return err_set(err, ERR_CONFIG, "%s: the private key does not belong to the certificate",
                       what);
    return 0;
}
