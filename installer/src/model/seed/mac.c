// SPDX-License-Identifier: Apache-2.0
// Who may write.
#include "io/crypto.h"
#include "model/seed.h"

void seed_mac(struct span token, struct span method, struct span path, struct span nonce,
              const struct digest *body, char out[SEED_MAC_BYTES])
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct digest mac;

    buf_printf(&text, "%.*s\n%.*s\n%.*s\n%s\n", SPAN_ARG(method), SPAN_ARG(path), SPAN_ARG(nonce),
               DIGEST_HEX(body));
    mac = crypto_hmac_sha256(token, buf_span(&text));
    digest_format_hex(&mac, out);
}

bool seed_mac_is(struct span token, struct span method, struct span path, struct span nonce,
                 const struct digest *body, struct span mac)
{
    char right[SEED_MAC_BYTES];

    seed_mac(token, method, path, nonce, body, right);
    return token.len && mac.len == SEED_MAC_BYTES - 1 && crypto_equal(mac.ptr, right, mac.len);
}
