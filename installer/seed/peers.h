// SPDX-License-Identifier: Apache-2.0
// The other nodes, which may have the binary already: asked one after the other, again and again.
#ifndef SEED_PEERS_H
#define SEED_PEERS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "seed/binary.h"
#include "seed/fetch.h"

#define PEERS_PATH "/sandstrap/v1/binary"
#define PEERS_MAX 4096 // of a file; further lines do not count

struct peers {
    const char *file; // an address a line, read anew each round; NULL or not there: none
    const char *own;  // address, which is not asked
    uint16_t port;
    unsigned next;  // line to ask
    unsigned count; // at the last reading
    int64_t ask_at; // milliseconds
    struct fetch fetch;
    char asked[64];    // the last one
    char trouble[160]; // and why it had nothing
};

void peers_begin(struct peers *p, const char *file, const char *own, uint16_t port);

// What to poll for; fd -1 when nothing is on its way. Lowers *wake to when to be called at the
// latest.
struct pollfd peers_poll(const struct peers *p, int64_t *wake);

// Goes on. True: the binary is in its place.
bool peers_step(struct peers *p, const struct binary *b) MUST_CHECK;

void peers_end(struct peers *p);

#endif
