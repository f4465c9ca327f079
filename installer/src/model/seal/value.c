// SPDX-License-Identifier: Apache-2.0
// One sealed value, as HybridEncrypt() of sealed-secrets (pkg/crypto/crypto.go) lays it out: two
// bytes for the length of the RSA part, the session key in RSA-OAEP, the value in AES-256-GCM. A
// session key encrypts once, so its nonce is zero.
#include <stdio.h>

#include "io/crypto.h"
#include "model/seal.h"

enum { LENGTH_BYTES = 2, RSA_MOST_BYTES = 0xffff };

static const unsigned char zero_nonce[CRYPTO_NONCE_BYTES];

void seal_label(enum seal_scope scope, struct span ns, struct span name, struct buf *out)
{
    if (scope == SEAL_CLUSTER_WIDE)
        return;
    buf_add_span(out, ns);
    if (scope == SEAL_NAMESPACE_WIDE)
        return;
    buf_add_char(out, '/');
    buf_add_span(out, name);
}

static int seal_with(const unsigned char *session, struct span cert, struct span value,
                     struct span label, struct buf *out, struct err **err)
{
    struct buf part CLEANUP(buf_free) = BUF_INIT(RSA_MOST_BYTES);

    if (crypto_oaep_encrypt(cert, label, span_of(session, CRYPTO_KEY_BYTES), "the certificate",
                            &part, err) < 0)
        return -1;
    buf_add_char(out, (char)(part.len >> 8));
    buf_add_char(out, (char)part.len);
    buf_add_span(out, buf_span(&part));
    crypto_gcm_encrypt(session, zero_nonce, SPAN_EMPTY, value, out);
    return 0;
}

int seal_value(struct span cert, struct span value, struct span label, struct buf *out,
               struct err **err)
{
    unsigned char session[CRYPTO_KEY_BYTES];
    int result;

    crypto_random(session, sizeof(session));
    result = seal_with(session, cert, value, label, out, err);
    crypto_wipe(session, sizeof(session));
    return result;
}

// The part in RSA and the rest.
static bool split(struct span sealed, struct span *key, struct span *rest)
{
    size_t len;

    if (sealed.len < LENGTH_BYTES)
        return false;
    len = (size_t)(unsigned char)sealed.ptr[0] << 8 | (unsigned char)sealed.ptr[1];
    *key = span_head(span_tail(sealed, LENGTH_BYTES), len);
    *rest = span_tail(sealed, LENGTH_BYTES + len);
    return key->len == len;
}

int seal_open_value(struct span private_key, struct span sealed, struct span label, struct buf *out,
                    struct err **err)
{
    struct buf session CLEANUP(crypto_buf_wipe) = BUF_INIT(RSA_MOST_BYTES);
    struct span key, rest;

    if (!split(sealed, &key, &rest))
        return err_set(err, ERR_INTEGRITY, "the sealed value is cut short");
    if (crypto_oaep_decrypt(private_key, label, key, "the sealed value", &session, err) < 0)
        return -1;
    if (session.len != CRYPTO_KEY_BYTES ||
        !crypto_gcm_decrypt((const unsigned char *)session.data, zero_nonce, SPAN_EMPTY, rest, out))
        return err_set(err, ERR_INTEGRITY, "the sealed value was changed after it was sealed");
    return 0;
}
