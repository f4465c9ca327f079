// SPDX-License-Identifier: Apache-2.0
#include "seed/loader.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "seed/client.h"

#define TICK_MS 250
#define BACKLOG 64
#define ACCEPT_AT_ONCE 4 // the others get their turn in between
#define TOLD_MS 5000     // for whoever brought the binary to read so

struct loader {
    const struct binary *binary;
    struct peers *peers;
    int fd;
    bool is_over; // the binary is in its place
    char last_trouble[256];
    struct client clients[LOADER_CLIENTS];
};

static int listen_on(const struct endpoint *at)
{
    int yes = 1;
    int fd = socket(at->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&at->socket, at->len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    yes = errno;
    close(fd);
    errno = yes;
    return -1;
}

struct loader *loader_new(const struct binary *b, const struct endpoint *at, struct peers *peers,
                          int64_t patience, struct err **err)
{
    int64_t until = pace_now() + patience;
    struct loader *l = NULL;
    int fd = listen_on(at);

    while (fd < 0 && errno == EADDRINUSE && pace_now() < until) {
        poll(NULL, 0, TICK_MS);
        fd = listen_on(at);
    }
    if (fd < 0) {
        err_set_errno(err, ERR_PREFLIGHT, errno, "listen");
        return NULL;
    }
    l = MEM_NEW(struct loader);
    *l = (struct loader){.binary = b, .peers = peers, .fd = fd};
    return l;
}

void loader_free(struct loader *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < LOADER_CLIENTS; i++)
        client_end(&l->clients[i]);
    peers_end(l->peers);
    close(l->fd);
    free(l);
}

// --- connections ---

static struct client *find_free(struct loader *l)
{
    for (size_t i = 0; i < LOADER_CLIENTS; i++)
        if (l->clients[i].state == CLIENT_FREE)
            return &l->clients[i];
    return NULL;
}

// The one that has brought the least in its time goes when all places are taken: an honest upload
// is among the fastest.
static struct client *make_room(struct loader *l)
{
    int64_t now = pace_now();
    struct client *slowest = NULL;

    for (size_t i = 0; i < LOADER_CLIENTS; i++) {
        struct client *c = &l->clients[i];

        if (!c->brought && (!slowest || pace_is_slower(&c->pace, &slowest->pace, now)))
            slowest = c;
    }
    if (slowest)
        client_end(slowest);
    return slowest;
}

static void accept_some(struct loader *l)
{
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct client *c = fd < 0 ? NULL : find_free(l);

        if (fd < 0)
            return;
        if (!c)
            c = make_room(l);
        if (c)
            client_begin(c, fd);
        else
            close(fd);
    }
}

static struct client_view view_of(const struct loader *l)
{
    struct client_view view = {
        .binary = l->binary, .peers = l->peers, .last_trouble = l->last_trouble};

    for (size_t i = 0; i < LOADER_CLIENTS; i++)
        view.uploads += l->clients[i].state == CLIENT_BODY;
    return view;
}

static void step_client(struct loader *l, struct client *c)
{
    struct client_view view = view_of(l);
    const char *trouble = NULL;
    bool was_upload = c->state == CLIENT_BODY;

    client_step(c, &view, &trouble);
    l->is_over |= c->brought;
    if (!trouble || !(was_upload || c->state == CLIENT_ANSWER))
        return;
    snprintf(l->last_trouble, sizeof l->last_trouble, "an upload: %s", trouble);
    fprintf(stderr, "%s\n", l->last_trouble);
}

// --- turns ---

static int64_t gather(const struct loader *l, struct pollfd polls[LOADER_CLIENTS + 2])
{
    int64_t wake = pace_now() + 60000;

    for (size_t i = 0; i < LOADER_CLIENTS; i++) {
        const struct client *c = &l->clients[i];

        polls[i] = (struct pollfd){.fd = -1};
        if (c->state == CLIENT_FREE)
            continue;
        polls[i] = (struct pollfd){.fd = c->fd, .events = client_events(c)};
        if (pace_look_at(&c->pace) < wake)
            wake = pace_look_at(&c->pace);
        if (c->state == CLIENT_DRAIN && pace_now() + TICK_MS < wake)
            wake = pace_now() + TICK_MS;
    }
    polls[LOADER_CLIENTS] = (struct pollfd){.fd = l->fd, .events = POLLIN};
    polls[LOADER_CLIENTS + 1] = peers_poll(l->peers, &wake);
    return wake;
}

static void turn(struct loader *l)
{
    struct pollfd polls[LOADER_CLIENTS + 2];
    int64_t wait = gather(l, polls) - pace_now();
    bool is_late;

    poll(polls, ARRAY_LEN(polls), wait > 0 ? (int)wait : 0);
    for (size_t i = 0; i < LOADER_CLIENTS; i++) {
        struct client *c = &l->clients[i];

        is_late = c->state != CLIENT_FREE && pace_wrong(&c->pace, pace_now());
        if (polls[i].revents || is_late || c->state == CLIENT_DRAIN)
            step_client(l, c);
    }
    if (polls[LOADER_CLIENTS].revents)
        accept_some(l);
    if (!l->is_over && peers_step(l->peers, l->binary)) {
        fprintf(stderr, "sandstrap came from %s\n", l->peers->asked);
        l->is_over = true;
    }
}

static bool is_being_told(const struct loader *l)
{
    for (size_t i = 0; i < LOADER_CLIENTS; i++)
        if (l->clients[i].brought && l->clients[i].state != CLIENT_FREE)
            return true;
    return false;
}

void loader_run(struct loader *l)
{
    int64_t until;

    while (!l->is_over)
        turn(l);
    until = pace_now() + TOLD_MS;
    while (is_being_told(l) && pace_now() < until)
        turn(l);
}
