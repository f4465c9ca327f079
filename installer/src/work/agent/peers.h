// SPDX-License-Identifier: Apache-2.0
// What is lacking is asked of the other nodes' agents: heads, lists and blobs. Nobody is trusted:
// all of it is held against the digests of the configuration, and who gives other bytes is not
// asked again for a while. peers.c chooses whom, fetch.c asks, peer.c has the list.
#ifndef WORK_AGENT_PEERS_H
#define WORK_AGENT_PEERS_H

#include "work/agent/inner.h"

enum {
    PEERS_SLOTS = 4,              // that are asked at a time
    PEERS_PAUSE_MS = 30000,       // when the store takes nothing
    PEERS_AVOID_ABSENT_MS = 1000, // one that only starts, as all of them do at the same time
    PEERS_AVOID_SILENT_MS = 15000,
    PEERS_AVOID_WRONG_MS = 600000,
};

struct peer {
    struct address address;
    const char *text; // of the configuration
    int64_t avoid_until;
};

// A peer that is asked for one bundle: for its head, its list, and what the peer lacks of it; then
// for all that it has and this node has not.
struct fetch {
    struct peers *peers;
    bool busy;
    struct address peer;
    struct digest bundle;
    bool asked_head, asked_list, asked_lacks;
    struct http_transfer *transfer;
    struct http_site site;
    struct seed_blobs has; // by the peer, lacking here; the last is next
    struct seed_blob blob; // that is on its way; `have` of it was there before
    struct incoming *incoming;
    bool got; // anything from this peer
};

struct peers {
    struct agent *agent;
    void (*fetched)(struct fetch *f); // this peer has nothing more
    VEC(struct peer) list;
    struct fetch fetches[PEERS_SLOTS];
    int64_t wait_ms, pause_until;
    uint64_t timer;
    unsigned random;
};

struct peers *peers_new(struct agent *a) MUST_CHECK RETURNS_NONNULL;
void peers_free(struct peers *p); // NULL-safe
// The configuration is another, or something is lacking again: looks at once.
void peers_look(struct agent *a);
// Ends what is on its way, until peers_look().
void peers_stop(struct peers *p);

// --- peer.c ---

bool peer_is(const struct address *a, const struct address *b);
// The peer with that address; NULL when there is none any more.
struct peer *peers_find(struct peers *p, const struct address *address);
size_t peers_random(struct peers *p, size_t below);

// --- fetch.c ---

void fetch_start(struct fetch *f, const struct peer *peer, const struct wanted *w);
void fetch_stop(struct fetch *f);

#endif
