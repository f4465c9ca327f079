// SPDX-License-Identifier: Apache-2.0
#include "work/agent/access.h"

#include <ifaddrs.h>
#include <net/if.h>

void access_free(struct access *a)
{
    vec_free(&a->own);
    vec_free(&a->addresses);
    vec_free(&a->configured);
    vec_free(&a->clients);
}

static unsigned mask_bits(const struct address *mask)
{
    unsigned bits = 0;

    while (bits < (unsigned)mask->bits && mask->bytes[bits / 8] & (0x80 >> bits % 8))
        bits++;
    return bits;
}

static void add_interface(struct access *a, const struct ifaddrs *it)
{
    struct address address, mask;

    if (!it->ifa_addr || !it->ifa_netmask || !(it->ifa_flags & IFF_UP))
        return;
    address = address_of_socket(it->ifa_addr);
    mask = address_of_socket(it->ifa_netmask);
    if (!address.bits || mask.bits != address.bits) // else all addresses were its network
        return;
    vec_push(&a->addresses, address);
    vec_push(&a->own, (struct network){address, mask_bits(&mask)});
}

void access_look(struct access *a)
{
    struct ifaddrs *all = NULL;

    if (getifaddrs(&all) < 0)
        return; // what was seen last stays
    a->own.len = a->addresses.len = 0;
    for (const struct ifaddrs *it = all; it; it = it->ifa_next)
        add_interface(a, it);
    freeifaddrs(all);
}

void access_configure(struct access *a, const struct seed_config *c)
{
    struct network network;

    a->configured.len = 0;
    VEC_FOREACH (const struct span *, text, &c->networks)
        if (network_of(*text, &network))
            vec_push(&a->configured, network);
}

static bool is_same(const struct address *a, const struct address *b)
{
    return address_same_prefix(a, b, (unsigned)a->bits);
}

static bool is_node(const struct access *a, const struct address *client)
{
    if (address_is_loopback(client))
        return true;
    VEC_FOREACH (const struct address *, own, &a->addresses)
        if (is_same(own, client))
            return true;
    return false;
}

bool access_may_read(const struct access *a, const struct address *client)
{
    if (is_node(a, client))
        return true;
    VEC_FOREACH (const struct network *, network, &a->own)
        if (network_has(network, client))
            return true;
    VEC_FOREACH (const struct network *, network, &a->configured)
        if (network_has(network, client))
            return true;
    return false;
}

// --- how much ---

static struct access_client *find(struct access *a, const struct address *client)
{
    VEC_FOREACH (struct access_client *, it, &a->clients)
        if (is_same(&it->address, client))
            return it;
    return NULL;
}

bool access_enter(struct access *a, const struct address *client)
{
    struct access_client *known = find(a, client);

    if (!known) {
        vec_push(&a->clients, (struct access_client){.address = *client, .requests = 1});
        return true;
    }
    if (known->requests >= ACCESS_REQUESTS_MAX && !is_node(a, client))
        return false;
    known->requests++;
    return true;
}

void access_leave(struct access *a, const struct address *client)
{
    struct access_client *known = find(a, client);

    if (known && --known->requests == 0)
        vec_remove(&a->clients, (size_t)(known - a->clients.items));
}
