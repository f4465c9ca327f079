// SPDX-License-Identifier: Apache-2.0
// Which peer is asked, and when.
#include "work/agent/peers.h"

#include "base/mem.h"
#include "io/crypto.h"
#include "work/agent/wanted.h"

enum { WAIT_FIRST_MS = 250, WAIT_MOST_MS = 2000 };

static void look(void *data);

static void look_in(struct peers *p, int64_t ms)
{
    loop_remove_timer(p->agent->loop, p->timer);
    p->timer = loop_add_timer(p->agent->loop, timer_add(timer_now(), ms), look, p);
}

static size_t fetches_of(const struct peers *p, const struct peer *peer)
{
    size_t count = 0;

    for (size_t i = 0; i < PEERS_SLOTS; i++)
        count += p->fetches[i].busy && peer_is(&p->fetches[i].peer, &peer->address);
    return count;
}

// Any that is not avoided, and has not more than its share already; NULL when there is none.
static struct peer *choose_peer(struct peers *p)
{
    size_t share = p->list.len ? (PEERS_SLOTS + p->list.len - 1) / p->list.len : 0;
    size_t first = p->list.len ? peers_random(p, p->list.len) : 0;
    int64_t now = timer_now();

    for (size_t i = 0; i < p->list.len; i++) {
        struct peer *peer = &p->list.items[(first + i) % p->list.len];

        if (peer->avoid_until <= now && fetches_of(p, peer) < share)
            return peer;
    }
    return NULL;
}

static bool is_lacking(const struct wanted *w)
{
    return !w->has_head || !w->has_list || w->lacks;
}

// One of which something is lacking; NULL when there is none.
static const struct wanted *choose_bundle(struct peers *p)
{
    const struct agent *a = p->agent;
    size_t first = a->wanted.len ? peers_random(p, a->wanted.len) : 0;

    for (size_t i = 0; i < a->wanted.len; i++) {
        const struct wanted *w = a->wanted.items[(first + i) % a->wanted.len];

        if (is_lacking(w))
            return w;
    }
    return NULL;
}

static void look(void *data)
{
    struct peers *p = data;

    p->timer = 0;
    if (timer_now() < p->pause_until) {
        look_in(p, p->pause_until - timer_now());
        return;
    }
    for (size_t i = 0; i < PEERS_SLOTS && p->agent->store; i++) {
        const struct wanted *w = choose_bundle(p);
        struct peer *peer = w ? choose_peer(p) : NULL;

        if (!w)
            return;
        if (peer && !p->fetches[i].busy)
            fetch_start(&p->fetches[i], peer, w);
    }
    look_in(p, p->wait_ms);
    p->wait_ms = p->wait_ms * 2 < WAIT_MOST_MS ? p->wait_ms * 2 : WAIT_MOST_MS;
}

// Who had something may have more by now.
static void on_fetched(struct fetch *f)
{
    struct peers *p = f->peers;

    if (!f->got)
        return;
    p->wait_ms = WAIT_FIRST_MS;
    look_in(p, 0);
}

static void set_peers(struct peers *p)
{
    const struct agent *a = p->agent;
    struct address own = address_of(span_str(a->address));
    VEC(struct peer) next = {0};

    VEC_FOREACH (const struct span *, text, &a->config.peers) {
        struct peer peer = {.address = address_of(*text), .text = text->ptr};
        const struct peer *known = peers_find(p, &peer.address);

        if (peer_is(&own, &peer.address))
            continue;
        peer.avoid_until = known ? known->avoid_until : 0;
        vec_push(&next, peer);
    }
    vec_free(&p->list);
    p->list.items = next.items;
    p->list.len = next.len;
    p->list.cap = next.cap;
}

void peers_look(struct agent *a)
{
    set_peers(a->peers);
    a->peers->wait_ms = WAIT_FIRST_MS;
    a->peers->pause_until = 0;
    look_in(a->peers, 0);
}

void peers_stop(struct peers *p)
{
    loop_remove_timer(p->agent->loop, p->timer);
    p->timer = 0;
    for (size_t i = 0; i < PEERS_SLOTS; i++)
        fetch_stop(&p->fetches[i]);
}

struct peers *peers_new(struct agent *a)
{
    struct peers *p = MEM_NEW(struct peers);

    p->agent = a;
    p->fetched = on_fetched;
    for (size_t i = 0; i < PEERS_SLOTS; i++)
        p->fetches[i] = (struct fetch){.peers = p, .site = {.proxy_url = ""}};
    crypto_random(&p->random, sizeof(p->random));
    return p;
}

void peers_free(struct peers *p)
{
    if (!p)
        return;
    peers_stop(p);
    vec_free(&p->list);
    free(p);
}
