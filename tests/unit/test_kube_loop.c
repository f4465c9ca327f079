// SPDX-License-Identifier: Apache-2.0
// One loop under all: a server of lines, its thousand clients, requests to the API server and a
// watch take turns in it.
#include "test_kube.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timer.h"

enum {
    CLIENTS = 1000, // connected at the same time
    LINES = 3,      // that each sends, one after the answer to the other
    PATIENCE_MS = 60000,
};

// --- the server: what comes on a connection goes back on it ---

struct echo_server {
    struct loop *loop;
    int fd;
    struct loop_fd *watch;
    size_t open, most;
};

struct connection {
    struct echo_server *server;
    int fd;
    struct loop_fd *watch;
    char text[256]; // that waits to be sent
    size_t len;
};

static void connection_close(struct connection *c)
{
    c->server->open--;
    loop_remove_fd(c->watch);
    fd_cleanup(&c->fd);
    free(c);
}

// Reads when nothing waits, writes while something does.
static void on_connection(void *data, unsigned ready)
{
    struct connection *c = data;
    ssize_t n = 0;

    if (ready & LOOP_READ) {
        n = read(c->fd, c->text, sizeof(c->text));
        if (n <= 0) {
            connection_close(c);
            return;
        }
        c->len = (size_t)n;
    } else if (ready & LOOP_WRITE) {
        n = write(c->fd, c->text, c->len);
        assert_true(n > 0);
        c->len -= (size_t)n;
        memmove(c->text, c->text + n, c->len);
    }
    loop_change_fd(c->watch, c->len ? LOOP_WRITE : LOOP_READ);
}

static void on_accept(void *data, unsigned ready)
{
    struct echo_server *s = data;
    int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct connection *c;

    assert_int_equal(ready, LOOP_READ);
    if (fd < 0)
        return;
    c = MEM_NEW(struct connection);
    *c = (struct connection){.server = s, .fd = fd};
    c->watch = loop_add_fd(s->loop, fd, LOOP_READ, on_connection, c);
    if (++s->open > s->most)
        s->most = s->open;
}

static struct sockaddr_in echo_start(struct echo_server *s, struct loop *loop)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    s->loop = loop;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(s->fd, CLIENTS), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->watch = loop_add_fd(loop, s->fd, LOOP_READ, on_accept, s);
    return at;
}

static void echo_stop(struct echo_server *s)
{
    loop_remove_fd(s->watch);
    fd_cleanup(&s->fd);
}

// --- its clients ---

struct clients {
    size_t answered; // lines that came back
    size_t through;  // clients that have all of theirs, and stay connected
};

struct client {
    struct clients *all;
    size_t number;
    int fd;
    struct loop_fd *watch;
    char got[64];
    size_t len;
    int lines;
};

static int client_line(const struct client *c, char line[64])
{
    return snprintf(line, 64, "line %d of client %zu\n", c->lines, c->number);
}

static void client_send(struct client *c)
{
    char line[64];
    int len = client_line(c, line);

    assert_int_equal(write(c->fd, line, (size_t)len), len);
    loop_change_fd(c->watch, LOOP_READ);
}

static void on_client(void *data, unsigned ready)
{
    struct client *c = data;
    char line[64];
    ssize_t n;

    if (!(ready & LOOP_READ)) { // connected
        client_send(c);
        return;
    }
    n = read(c->fd, c->got + c->len, sizeof(c->got) - c->len);
    assert_true(n > 0);
    c->len += (size_t)n;
    if (c->got[c->len - 1] != '\n')
        return;
    assert_int_equal(c->len, client_line(c, line));
    assert_memory_equal(c->got, line, c->len);
    c->len = 0;
    c->all->answered++;
    if (++c->lines < LINES)
        client_send(c);
    else
        c->all->through++;
}

static void client_start(struct client *c, struct loop *loop, const struct sockaddr_in *at)
{
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(c->fd >= 0);
    if (connect(c->fd, (const struct sockaddr *)at, sizeof(*at)) < 0)
        assert_int_equal(errno, EINPROGRESS);
    c->watch = loop_add_fd(loop, c->fd, LOOP_WRITE, on_client, c);
}

static void client_end(struct client *c)
{
    loop_remove_fd(c->watch);
    fd_cleanup(&c->fd);
}

// --- the test ---

static void note_change(void *data, enum kube_change change, const struct node *object)
{
    buf_printf(data, "%c%s ", "+~-"[change], node_str(node_path(object, "metadata", "name")));
}

static bool has_ended(void *data)
{
    return strstr(buf_str(data), "-b") != NULL;
}

static bool none_is_open(void *data)
{
    return ((struct echo_server *)data)->open == 0;
}

static void allow_descriptors(void)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// Requests, one after the other, until every client has its answers; gives how many it took.
static size_t request_meanwhile(struct fixture *f, const struct clients *clients)
{
    struct fixture other = {.loop = f->loop, .http = f->http};
    int64_t end = timer_now() + PATIENCE_MS;
    size_t requests = 0;

    open_scene(&other, "echo");
    for (; clients->through < CLIENTS && timer_now() < end; requests++)
        assert_int_equal(perform(&other, KUBE_GET, "x"), 0);
    kube_answer_free(&other.answer);
    kube_free(other.kube);
    kubeconfig_free(other.config);
    return requests;
}

static void test_kube_loop__is_shared_with_a_server(void **state)
{
    struct fixture *f = *state;
    struct buf seen CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct kube_watch_handler handler = {.changed = note_change, .data = &seen};
    struct kube_selection selection = {.ns = "default"};
    struct kube_watch *watch CLEANUP(kube_watch_cleanup) = NULL;
    struct echo_server echo = {0};
    struct clients clients = {0};
    struct client *all CLEANUP(mem_cleanup) = mem_zalloc(CLIENTS, sizeof(*all));
    struct sockaddr_in at;

    allow_descriptors();
    open_scene(f, "watch");
    selection.resource = config_maps(f);
    watch = kube_watch_start(f->kube, &selection, &handler);
    at = echo_start(&echo, f->loop);
    for (size_t i = 0; i < CLIENTS; i++) {
        all[i] = (struct client){.all = &clients, .number = i};
        client_start(&all[i], f->loop, &at);
    }
    assert_true(request_meanwhile(f, &clients) > 0);
    assert_int_equal(clients.through, CLIENTS);
    assert_int_equal(clients.answered, CLIENTS * LINES);
    assert_int_equal(echo.most, CLIENTS);
    assert_int_equal(loop_run_until(f->loop, has_ended, &seen, timer_now() + PATIENCE_MS, &f->err),
                     0);
    assert_string_equal(buf_str(&seen), "+a +b +c ~a -a -b ");
    for (size_t i = 0; i < CLIENTS; i++)
        client_end(&all[i]);
    assert_int_equal(
        loop_run_until(f->loop, none_is_open, &echo, timer_now() + PATIENCE_MS, &f->err), 0);
    echo_stop(&echo);
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_kube_loop__is_shared_with_a_server))
