// SPDX-License-Identifier: Apache-2.0
// Numeric IP addresses and networks as values: parsed where text comes in, compared as bytes.
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct sockaddr;

struct address {
    int bits; // 32 or 128; 0: not an address
    unsigned char bytes[16];
};

// "10.0.0.1", "fd00::1", "[fd00::1]"; else one that is none.
struct address address_of(struct span text);
// The address of a socket; an IPv4 address that is mapped into IPv6 is the former (RFC 4291,
// 2.5.5.2). One that is none for other families.
struct address address_of_socket(const struct sockaddr *socket);

bool address_is_loopback(const struct address *a);
// Whether the first `bits` of both are the same; false unless both are of one family, which has
// that many.
bool address_same_prefix(const struct address *a, const struct address *b, unsigned bits);

struct network {
    struct address address;
    unsigned bits;
};

// "10.244.0.0/16"; false for anything else.
bool network_of(struct span text, struct network *n) MUST_CHECK;
bool network_has(const struct network *n, const struct address *a);

#endif
