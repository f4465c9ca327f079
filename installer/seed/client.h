// SPDX-License-Identifier: Apache-2.0
// One connection to the loader: a request is read, a body taken, an answer given; then it is closed
// such that the answer arrives.
#ifndef SEED_CLIENT_H
#define SEED_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "seed/binary.h"
#include "seed/message.h"
#include "seed/pace.h"
#include "seed/peers.h"

enum client_state {
    CLIENT_FREE,
    CLIENT_HEAD,   // reads
    CLIENT_BODY,   // reads the binary
    CLIENT_ANSWER, // writes
    CLIENT_DRAIN,  // waits for the other side to close, for a reset would take the answer away
};

struct client {
    enum client_state state;
    int fd;
    struct pace pace;
    char text[MESSAGE_HEAD_MAX]; // the head, then the answer
    size_t len, sent;
    struct body body;
    struct incoming incoming;
    bool brought; // the binary, and was told so
};

// What the answers speak of.
struct client_view {
    const struct binary *binary;
    const struct peers *peers;
    unsigned uploads;         // that are on their way
    const char *last_trouble; // "": none
};

void client_begin(struct client *c, int fd);

// What to poll for.
short client_events(const struct client *c);

// Goes on. Whoever takes too long is let go; *trouble is set to why an upload failed, NULL else.
void client_step(struct client *c, const struct client_view *view, const char **trouble);

void client_end(struct client *c);

#endif
