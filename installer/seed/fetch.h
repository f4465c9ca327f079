// SPDX-License-Identifier: Apache-2.0
// One download of the binary over plain HTTP, without ever blocking: the caller polls. Nothing that
// the other side says is trusted but bytes of the right digest.
#ifndef SEED_FETCH_H
#define SEED_FETCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "seed/binary.h"
#include "seed/message.h"
#include "seed/pace.h"

// Where to connect to. No names: a bare node has no DNS.
struct endpoint {
    struct sockaddr_storage socket;
    socklen_t len;
};
// Of "10.0.0.1", "fd00::1" or "[fd00::1]"; false for anything else.
bool endpoint_of(struct span address, uint16_t port, struct endpoint *e) MUST_CHECK;

struct source {
    struct endpoint endpoint;
    struct span host, path; // as the request names them
};

enum fetch_state { FETCH_IDLE, FETCH_CONNECT, FETCH_HEAD, FETCH_BODY };
struct fetch {
    enum fetch_state state;
    int fd;
    struct pace pace;
    char text[MESSAGE_HEAD_MAX]; // the request, then the head of the answer
    size_t len;
    struct body body;
    struct incoming incoming;
};

// Into a file beside the binary, or into memory. ERR_SOURCE, ERR_INTERNAL.
int fetch_begin(struct fetch *f, const struct source *from, const struct binary *b, bool in_memory,
                struct err **err) MUST_CHECK;

// What to poll f->fd for.
short fetch_events(const struct fetch *f);

// Goes on. 1: it is there, checked and in its place; 0: more is to come. ERR_SOURCE, ERR_INTEGRITY,
// ERR_INTERNAL.
int fetch_step(struct fetch *f, struct err **err) MUST_CHECK;

// Closes what is open, but for the memory that it came into after fetch_step() said 1.
void fetch_end(struct fetch *f);

#endif
