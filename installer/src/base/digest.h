// SPDX-License-Identifier: Apache-2.0
// A digest as a value, in the form of the OCI image specification (descriptor.md, "Digests"):
// "<algorithm>:<hex>". Only SHA-256 is one; text in any other form is none. Parsed once where text
// comes in, formatted where it goes out, and compared as bytes in between. io/crypto makes them.
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

#define DIGEST_BYTES 32
#define DIGEST_HEX_BYTES (2 * DIGEST_BYTES + 1)                      // with the NUL
#define DIGEST_TEXT_BYTES (sizeof("sha256:") - 1 + DIGEST_HEX_BYTES) // likewise

enum digest_algorithm {
    DIGEST_NONE, // there is none: what a zeroed digest says
    DIGEST_SHA256,
};

struct digest {
    enum digest_algorithm algorithm;
    unsigned char bytes[DIGEST_BYTES]; // zero for DIGEST_NONE
};

static inline bool digest_is_set(const struct digest *d)
{
    return d->algorithm != DIGEST_NONE;
}

// Two that are not set are equal. In time that depends on them: digests are no secrets.
static inline bool digest_eq(const struct digest *a, const struct digest *b)
{
    return a->algorithm == b->algorithm && memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

// For struct map. Borrowed from the digest, which must outlive the map.
static inline struct span digest_key(const struct digest *d)
{
    return span_of(d->bytes, DIGEST_BYTES);
}

// "sha256:" and 64 lower-case hexadecimal digits, or only these digits; false, and *digest is not
// set, for anything else.
bool digest_parse(struct span text, struct digest *digest) MUST_CHECK;
bool digest_parse_hex(struct span hex, struct digest *digest) MUST_CHECK;

// The text of a digest that is set, or only its digits; "" for one that is not. Return `out`.
const char *digest_format(const struct digest *d, char out[DIGEST_TEXT_BYTES]);
const char *digest_format_hex(const struct digest *d, char out[DIGEST_HEX_BYTES]);

// The same as arguments of printf(); the text lives to the end of the block that they stand in.
#define DIGEST_TEXT(d) digest_format((d), (char[DIGEST_TEXT_BYTES]){0})
#define DIGEST_HEX(d) digest_format_hex((d), (char[DIGEST_HEX_BYTES]){0})

#endif
