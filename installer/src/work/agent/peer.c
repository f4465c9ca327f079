// SPDX-License-Identifier: Apache-2.0
// The list of peers.
#include "work/agent/peers.h"

size_t peers_random(struct peers *p, size_t below)
{
    p->random = p->random * 1103515245u + 12345u;
    return (p->random >> 8) % below;
}

bool peer_is(const struct address *a, const struct address *b)
{
    return address_same_prefix(a, b, (unsigned)a->bits);
}

struct peer *peers_find(struct peers *p, const struct address *address)
{
    VEC_FOREACH (struct peer *, it, &p->list)
        if (peer_is(&it->address, address))
            return it;
    return NULL;
}
