// SPDX-License-Identifier: Apache-2.0
// How a connection's bytes move: plain.c writes them to the socket as they are, tls.c through
// OpenSSL. A connection has one of the two for its life.
#ifndef IO_HTTPD_TRANSPORT_H
#define IO_HTTPD_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"
#include "io/httpd.h"

struct conn;

// What read, write, send_file and handshake return when they move no byte.
enum {
    MOVE_END = 0,         // of what the client sends; of read only
    MOVE_WANTS_READ = -1, // nothing moves before the socket is readable
    MOVE_WANTS_WRITE = -2,
    MOVE_BROKEN = -3, // the connection is of no use any more
};

// All are called by the loop's thread only, never block, and find the socket in conn->fd and their
// own state in conn->session.
struct transport {
    // Until 1 (done); NULL: there is none. The connection may be read after.
    int (*handshake)(struct conn *c);
    ssize_t (*read)(struct conn *c, void *data, size_t len);
    // Part of it may be written. `more`: what follows is on its way, a packet may wait for it. A
    // write that moved nothing is tried again with the same bytes, or more of them.
    ssize_t (*write)(struct conn *c, struct span data, bool more);
    ssize_t (*send_file)(struct conn *c, int fd, uint64_t offset, uint64_t len);
    // Bytes that were taken from the socket and not read: it will not be ready for them. NULL:
    // never.
    bool (*has_read_ahead)(const struct conn *c);
    // The last byte was sent: tells the client so (close_notify, FIN); reading goes on.
    void (*end)(struct conn *c);
    // Frees the session; the socket is closed by the caller. NULL: there is none.
    void (*free)(struct conn *c);
};

extern const struct transport transport_plain;

// --- tls.c ---

extern const struct transport transport_tls;

// Makes conn->session for a new connection; false when it cannot (it is closed then).
bool tls_begin(struct conn *c, struct httpd_tls *tls) MUST_CHECK;
// The name that the client asked for; "" without one. Lives as long as the session.
struct span tls_name(const struct conn *c);

#endif
