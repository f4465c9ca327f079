// SPDX-License-Identifier: Apache-2.0
// The cancel token on a signalfd or an eventfd.
#include "base/cancel.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "base/file.h"
#include "base/mem.h"

struct cancel {
    int fd;
    bool signals;
    bool set;
};

struct cancel *cancel_new(bool signals, struct err **err)
{
    struct cancel *c = MEM_NEW(struct cancel);
    sigset_t set;

    c->signals = signals;
    if (signals) {
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        c->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    } else {
        c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
    if (c->fd < 0) {
        err_set_errno(err, ERR_INTERNAL, errno, "signalfd");
        free(c);
        return NULL;
    }
    return c;
}

int cancel_fd(const struct cancel *c)
{
    return c->fd;
}

void cancel_request(struct cancel *c)
{
    c->set = true;
    if (!c->signals)
        eventfd_write(c->fd, 1);
}

// Nothing is read from the descriptor, so that it stays readable for every other poll.
bool cancel_requested(struct cancel *c)
{
    struct pollfd p;

    if (!c)
        return false;
    p = (struct pollfd){.fd = c->fd, .events = POLLIN};
    if (!c->set && poll(&p, 1, 0) > 0)
        c->set = true;
    return c->set;
}

int cancel_check(struct cancel *c, struct err **err)
{
    if (cancel_requested(c))
        return err_set(err, ERR_CANCELLED, "interrupted");
    return 0;
}

void cancel_free(struct cancel *c)
{
    if (!c)
        return;
    fd_cleanup(&c->fd);
    free(c);
}
