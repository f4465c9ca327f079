// SPDX-License-Identifier: Apache-2.0
// Connections without TLS: the socket itself, and the kernel's copy of files (sendfile(2)).
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "io/httpd/conn.h"

static int failed(int want)
{
    return errno == EAGAIN || errno == EINTR ? want : MOVE_BROKEN;
}

static ssize_t plain_read(struct conn *c, void *data, size_t len)
{
    ssize_t got = recv(c->fd, data, len, 0);

    return got >= 0 ? got : failed(MOVE_WANTS_READ);
}

static ssize_t plain_write(struct conn *c, struct span data, bool more)
{
    ssize_t sent = send(c->fd, data.ptr, data.len, MSG_NOSIGNAL | (more ? MSG_MORE : 0));

    return sent > 0 ? sent : failed(MOVE_WANTS_WRITE);
}

// A file that ends early is a defect of whoever serves it: the client must not take what came for
// the whole.
static ssize_t plain_send_file(struct conn *c, int fd, uint64_t offset, uint64_t len)
{
    off_t place = (off_t)offset;
    ssize_t sent = sendfile(c->fd, fd, &place, len);

    if (sent == 0)
        return MOVE_BROKEN;
    return sent > 0 ? sent : failed(MOVE_WANTS_WRITE);
}

static void plain_end(struct conn *c)
{
    shutdown(c->fd, SHUT_WR);
}

const struct transport transport_plain = {
    .read = plain_read,
    .write = plain_write,
    .send_file = plain_send_file,
    .end = plain_end,
};
