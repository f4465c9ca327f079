// SPDX-License-Identifier: Apache-2.0
// PEM certificates and keys as OpenSSL's objects.
#ifndef IO_CRYPTO_PEM_H
#define IO_CRYPTO_PEM_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

static inline void bio_cleanup(BIO **bio)
{
    BIO_free(*bio);
}

static inline void x509_cleanup(X509 **cert)
{
    X509_free(*cert);
}

static inline void pkey_cleanup(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static inline void pkey_ctx_cleanup(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

// The first certificate, or the private key, or NULL; OpenSSL's queue then has the reason.
// *encrypted becomes true when a passphrase is wanted.
X509 *pem_read_cert(struct span pem) MUST_CHECK;
EVP_PKEY *pem_read_key(struct span pem, bool *encrypted) MUST_CHECK;

// ERR_CONFIG in OpenSSL's own words for the last error; its queue is empty after. Returns -1.
int pem_fail(const char *what, const char *text, struct err **err);

#endif
