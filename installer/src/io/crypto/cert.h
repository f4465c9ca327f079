// SPDX-License-Identifier: Apache-2.0
// New certificates, piece by piece: what those of all kinds have in common. OpenSSL can only fail
// here for want of memory or of an algorithm, and both abort.
#ifndef IO_CRYPTO_CERT_H
#define IO_CRYPTO_CERT_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

// With a serial number that nobody else has, these seconds since 1970 and the key; without a name.
X509 *cert_new(EVP_PKEY *key, int64_t from, int64_t until) MUST_CHECK RETURNS_NONNULL;
// As openssl.cnf would say it. `issuer` may be the certificate itself; its key identifier has to be
// there before that of an authority is added.
void cert_add_extension(X509 *cert, X509 *issuer, int nid, const char *value);
void cert_sign(X509 *cert, EVP_PKEY *issuer_key);

// Append PEM; a key as PKCS#8.
void cert_write(const X509 *cert, struct buf *out);
void cert_write_key(EVP_PKEY *key, struct buf *out);
void cert_write_rsa_key(EVP_PKEY *key, struct buf *out); // as PKCS#1

#endif
