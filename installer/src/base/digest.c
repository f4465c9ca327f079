// SPDX-License-Identifier: Apache-2.0
// Digests from and to text.
#include "base/digest.h"

#define PREFIX "sha256:"

bool digest_parse_hex(struct span hex, struct digest *digest)
{
    *digest = (struct digest){.algorithm = DIGEST_SHA256};
    if (span_unhex(hex, digest->bytes, DIGEST_BYTES))
        return true;
    *digest = (struct digest){.algorithm = DIGEST_NONE};
    return false;
}

bool digest_parse(struct span text, struct digest *digest)
{
    *digest = (struct digest){.algorithm = DIGEST_NONE};
    return span_skip(&text, PREFIX) && digest_parse_hex(text, digest);
}

const char *digest_format_hex(const struct digest *d, char out[DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    size_t count = digest_is_set(d) ? DIGEST_BYTES : 0;

    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[d->bytes[i] >> 4];
        out[2 * i + 1] = digits[d->bytes[i] & 15];
    }
    out[2 * count] = '\0';
    return out;
}

const char *digest_format(const struct digest *d, char out[DIGEST_TEXT_BYTES])
{
    out[0] = '\0';
    if (!digest_is_set(d))
        return out;
    memcpy(out, PREFIX, sizeof(PREFIX));
    digest_format_hex(d, out + sizeof(PREFIX) - 1);
    return out;
}
