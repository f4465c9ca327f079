// SPDX-License-Identifier: Apache-2.0
// Addresses, listening sockets, and accepting connections: also when there are more than there is
// room or descriptors for.
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/httpd/conn.h"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
    struct sockaddr_storage room;
};

// --- accepting ---

static void describe(const union address *from, char out[INET6_ADDRSTRLEN])
{
    const struct in6_addr *v6 = &from->v6.sin6_addr;

    if (from->any.sa_family == AF_INET)
        inet_ntop(AF_INET, &from->v4.sin_addr, out, INET6_ADDRSTRLEN);
    else if (from->any.sa_family != AF_INET6)
        snprintf(out, INET6_ADDRSTRLEN, "unix");
    else if (IN6_IS_ADDR_V4MAPPED(v6))
        inet_ntop(AF_INET, &v6->s6_addr[12], out, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, v6, out, INET6_ADDRSTRLEN);
}

// The one that idles longest, else the one whose head (or handshake) takes longest, which is no
// honest client's when this is needed.
static bool make_room(struct httpd *h)
{
    static const enum conn_state order[] = {CONN_LINGERING, CONN_IDLE, CONN_HEAD, CONN_OPENING};

    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        struct conn *c = conns_first(h, order[i]);

        if (!c)
            continue;
        h->counts.refused++;
        conn_free(c);
        return true;
    }
    return false;
}

// Something has to go for the connection that waits. Whether it has.
static bool give_way(struct httpd *h, const char *why)
{
    if (make_room(h))
        return true;
    conns_pause_accepting(h, why);
    return false;
}

// Whether to go on. `is_first`: the loop said that a connection waits; later ones may not, which
// the kernel does not tell before it has a descriptor for them.
static bool accept_one(struct listener *l, bool is_first)
{
    struct httpd *h = l->httpd;
    union address from = {0};
    socklen_t len = sizeof from;
    char client[INET6_ADDRSTRLEN];
    int fd;

    if (h->counts.open >= h->limits.connections &&
        !(is_first && give_way(h, "the limit of connections is reached")))
        return false;
    fd = accept4(l->fd, &from.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
        return is_first && give_way(h, "there is no descriptor left, or no memory");
    if (fd < 0)
        return errno == ECONNABORTED || errno == EINTR;
    describe(&from, client);
    conn_begin(l, fd, client);
    return true;
}

static void on_connections(void *data, unsigned ready UNUSED)
{
    struct listener *l = data;

    for (unsigned i = 0; i < ACCEPT_TURN && l->watch && !l->httpd->is_full; i++)
        if (!accept_one(l, i == 0))
            return;
}

// --- listening ---

static struct listener *add_listener(struct httpd *h, int take_fd, int port, struct httpd_tls *tls)
{
    struct listener *l = MEM_NEW(struct listener);

    *l = (struct listener){.httpd = h, .fd = take_fd, .port = port, .tls = tls};
    list_append(&h->listeners, &l->link);
    l->watch = loop_add_fd(h->loop, l->fd, LOOP_READ, on_connections, l);
    return l;
}

void listener_close(struct listener *l)
{
    loop_remove_fd(l->watch);
    l->watch = NULL;
    // While it listens still: once it does not, the path may be another server's.
    if (l->path)
        unlink(l->path);
    free(l->path);
    l->path = NULL;
    fd_cleanup(&l->fd);
    l->fd = -1;
}

void listener_free(struct listener *l)
{
    listener_close(l);
    list_remove(&l->link);
    free(l);
}

static int set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value);
}

// What a connection inherits is set here, once for all of them (tcp(7)).
static void set_options(int fd, int family)
{
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (family == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

static int port_of(int fd)
{
    union address own = {0};
    socklen_t len = sizeof own;

    if (getsockname(fd, &own.any, &len) < 0)
        return 0;
    return own.any.sa_family == AF_INET    ? ntohs(own.v4.sin_port)
           : own.any.sa_family == AF_INET6 ? ntohs(own.v6.sin6_port)
                                           : 0;
}

static int open_socket(const struct sockaddr *to, socklen_t len)
{
    int fd CLEANUP(fd_cleanup) =
        socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (to->sa_family != AF_UNIX)
        set_options(fd, to->sa_family);
    if (bind(fd, to, len) < 0 || listen(fd, SOMAXCONN) < 0)
        return -1;
    return FD_STEAL(fd);
}

// All addresses of both families are one socket, where the kernel knows IPv6.
static int listen_everywhere(struct httpd *h, int port, struct httpd_tls *tls)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = open_socket((struct sockaddr *)&v6, sizeof v6);

    if (fd < 0 && errno == EAFNOSUPPORT)
        fd = open_socket((struct sockaddr *)&v4, sizeof v4);
    if (fd < 0)
        return -1;
    return add_listener(h, fd, port_of(fd), tls)->port;
}

static void set_port(struct sockaddr *to, int port)
{
    union address *a = (void *)to;

    if (to->sa_family == AF_INET)
        a->v4.sin_port = htons((uint16_t)port);
    else
        a->v6.sin6_port = htons((uint16_t)port);
}

// A name may have several addresses ("localhost"): all of them get the same port. One that this
// host does not have is left out, as long as another is there.
static int listen_on_host(struct httpd *h, const char *host, int port, struct httpd_tls *tls,
                          struct err **err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    int code = getaddrinfo(host, NULL, &hints, &found), failed = 0, got = -1;

    if (code)
        return err_set(err, ERR_CONFIG, "%s: %s", host, gai_strerror(code));
    for (struct addrinfo *i = found; i; i = i->ai_next) {
        int fd;

        set_port(i->ai_addr, got > 0 ? got : port);
        fd = open_socket(i->ai_addr, i->ai_addrlen);
        if (fd < 0)
            failed = errno;
        else
            got = add_listener(h, fd, port_of(fd), tls)->port;
    }
    freeaddrinfo(found);
    if (got < 0)
        return err_set_errno(err, ERR_CONFIG, failed, "listen on %s:%d", host, port);
    return got;
}

// A socket that a server left behind is in the way, and nobody answers on it. What is no socket
// refuses connections, too.
static bool is_left_behind(const struct sockaddr_un *to)
{
    struct stat st;
    int fd CLEANUP(fd_cleanup) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd >= 0 && lstat(to->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
           connect(fd, (const struct sockaddr *)to, sizeof *to) < 0 && errno == ECONNREFUSED;
}

static int listen_on_path(struct httpd *h, const char *path, struct httpd_tls *tls,
                          struct err **err)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd;

    if (!path[0] || strlen(path) >= sizeof to.sun_path)
        return err_set(err, ERR_USAGE, "unix:%s: a socket's path has 1 to %zu bytes", path,
                       sizeof to.sun_path - 1);
    memcpy(to.sun_path, path, strlen(path) + 1);
    fd = open_socket((struct sockaddr *)&to, sizeof to);
    if (fd < 0 && errno == EADDRINUSE && is_left_behind(&to) && unlink(path) == 0)
        fd = open_socket((struct sockaddr *)&to, sizeof to);
    if (fd < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "listen on unix:%s", path);
    add_listener(h, fd, 0, tls)->path = mem_str(path);
    return 0;
}

static bool is_listened_to(const struct httpd *h, uint64_t fd)
{
    for (const struct list *link = h->listeners.next; link != &h->listeners; link = link->next)
        if (LIST_ITEM(link, struct listener, link)->fd == (int)fd)
            return true;
    return false;
}

// What a supervisor handed over listens already (sd_listen_fds(3)).
static int listen_on_fd(struct httpd *h, struct span number, struct httpd_tls *tls,
                        struct err **err)
{
    uint64_t fd;
    int listens = 0;
    socklen_t len = sizeof listens;

    if (!span_u64(number, &fd) || fd > INT32_MAX)
        return err_set(err, ERR_USAGE, "fd:%.*s: no descriptor", SPAN_ARG(number));
    if (is_listened_to(h, fd))
        return err_set(err, ERR_USAGE, "fd:%d is given twice", (int)fd);
    if (getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) < 0 || !listens)
        return err_set(err, ERR_CONFIG, "fd:%d is no socket that listens", (int)fd);
    if (fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0 ||
        fcntl((int)fd, F_SETFL, fcntl((int)fd, F_GETFL) | O_NONBLOCK) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "fd:%d", (int)fd);
    set_options((int)fd, AF_UNSPEC);
    return add_listener(h, (int)fd, port_of((int)fd), tls)->port;
}

int listen_open(struct httpd *h, const char *address, struct httpd_tls *tls, struct err **err)
{
    struct span text = span_str(address), host;
    size_t colon = span_rfind(text, ':');
    uint64_t port;
    char *name CLEANUP(mem_cleanup) = NULL;
    int got;

    if (span_skip(&text, "unix:"))
        return listen_on_path(h, text.ptr, tls, err);
    if (span_skip(&text, "fd:"))
        return listen_on_fd(h, text, tls, err);
    if (colon == text.len || !span_u64(span_tail(text, colon + 1), &port) || port > UINT16_MAX)
        return err_set(err, ERR_USAGE, "%s: no address as HOST:PORT, :PORT, unix:PATH or fd:NUMBER",
                       address);
    host = span_head(text, colon);
    if (host.len == 0) {
        got = listen_everywhere(h, (int)port, tls);
        if (got < 0)
            return err_set_errno(err, ERR_CONFIG, errno, "listen on %s", address);
        return got;
    }
    if (host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = span_of(host.ptr + 1, host.len - 2);
    else if (span_find(host, ':') < host.len)
        return err_set(err, ERR_USAGE, "%s: an IPv6 address is written as [ADDRESS]:PORT", address);
    name = mem_strn(host.ptr, host.len);
    return listen_on_host(h, name, (int)port, tls, err);
}
