// SPDX-License-Identifier: Apache-2.0
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

// The IPv4 address that is mapped into an IPv6 one.
static struct address unmapped(const struct address *six)
{
    static const struct address prefix = {128, {[10] = 0xff, [11] = 0xff}};
    struct address four = {.bits = 32};

    if (!address_same_prefix(six, &prefix, 96))
        return *six;
    memcpy(four.bytes, six->bytes + 12, 4);
    return four;
}

struct address address_of(struct span text)
{
    struct address a = {0};
    char copy[INET6_ADDRSTRLEN];

    if (text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        text = span_of(text.ptr + 1, text.len - 2);
    if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.ptr, 0, text.len))
        return a;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, a.bytes) == 1)
        a.bits = 32;
    else if (inet_pton(AF_INET6, copy, a.bytes) == 1)
        a.bits = 128;
    return a;
}

struct address address_of_socket(const struct sockaddr *socket)
{
    struct address a = {0};

    if (socket->sa_family == AF_INET) {
        a.bits = 32;
        memcpy(a.bytes, &((const struct sockaddr_in *)(const void *)socket)->sin_addr, 4);
    } else if (socket->sa_family == AF_INET6) {
        a.bits = 128;
        memcpy(a.bytes, &((const struct sockaddr_in6 *)(const void *)socket)->sin6_addr, 16);
        return unmapped(&a);
    }
    return a;
}

bool address_is_loopback(const struct address *a)
{
    static const struct address six = {128, {[15] = 1}};

    return (a->bits == 32 && a->bytes[0] == 127) || address_same_prefix(a, &six, 128);
}

bool address_same_prefix(const struct address *a, const struct address *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (a->bits == 0 || a->bits != b->bits || bits > (unsigned)a->bits)
        return false;
    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

bool network_of(struct span text, struct network *n)
{
    struct span base, prefix;
    uint64_t bits;

    if (!span_cut(text, '/', &base, &prefix) || !span_u64(prefix, &bits))
        return false;
    n->address = address_of(base);
    n->bits = (unsigned)bits;
    return n->address.bits && bits <= (unsigned)n->address.bits;
}

bool network_has(const struct network *n, const struct address *a)
{
    return address_same_prefix(&n->address, a, n->bits);
}
