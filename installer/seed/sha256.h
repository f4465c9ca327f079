// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4), for a program that has no room for OpenSSL.
#ifndef SEED_SHA256_H
#define SEED_SHA256_H

#include <stdint.h>

#include "base/digest.h"
#include "base/span.h"

#define SHA256_BLOCK 64

struct sha256 {
    uint32_t state[8];
    uint64_t len; // of all that was added
    unsigned char block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, struct span data);
void sha256_end(struct sha256 *h, struct digest *digest);

#endif
