// SPDX-License-Identifier: Apache-2.0
// libcurl's multi handle in the loop, by its socket interface: libcurl says which descriptors and
// which time it waits for, and is told of them when they come (curl_multi_socket_action(3)).
#include "io/http/http_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

struct connection {
    struct http *http;
    struct list link;
    curl_socket_t fd;
    struct loop_fd *watch;
    char *host;   // with the port
    bool uploads; // the peer takes what comes long before it answers
    int64_t heard;
};

static char *host_of(const struct url *url)
{
    return mem_printf("%.*s:%d", SPAN_ARG(url->host), url->port);
}

static struct connection *connection_new(struct http *h, CURL *easy, curl_socket_t fd)
{
    struct connection *c = MEM_NEW(struct connection);
    struct http_transfer *t = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
    *c = (struct connection){.http = h, .fd = fd, .heard = timer_now()};
    c->uploads = t && t->request.file;
    c->host = t ? host_of(&t->url) : mem_str(""); // libcurl's own: it ends one
    list_append(&h->connections, &c->link);
    return c;
}

static void connection_free(struct connection *c)
{
    if (!c)
        return;
    list_remove(&c->link);
    loop_remove_fd(c->watch);
    free(c->host);
    free(c);
}

// A defect of ours or of libcurl's: whoever waits for an answer gets this one.
static void fail_all(struct http *h, CURLMcode code)
{
    for (struct list *link = h->transfers.next; link != &h->transfers; link = link->next) {
        struct http_transfer *t = LIST_ITEM(link, struct http_transfer, link);

        if (t->state != TRANSFER_ACTIVE)
            continue;
        curl_multi_remove_handle(h->multi, t->easy);
        if (!t->error)
            err_set(&t->error, ERR_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
        transfer_end(t, HTTP_REFUSED);
    }
}

static void collect_ends(struct http *h)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
        struct http_transfer *t = NULL;
        CURLcode code = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        attempt_end(t, code);
    }
}

static void act(struct http *h, curl_socket_t fd, int events)
{
    int running;
    CURLMcode code = curl_multi_socket_action(h->multi, fd, events, &running);

    if (code != CURLM_OK)
        fail_all(h, code);
    collect_ends(h);
}

static void on_ready(void *data, unsigned ready)
{
    struct connection *c = data;
    int events = 0;

    if (ready & LOOP_READ || (ready & LOOP_WRITE && c->uploads))
        c->heard = timer_now();
    if (ready & LOOP_READ)
        events |= CURL_CSELECT_IN;
    if (ready & LOOP_WRITE)
        events |= CURL_CSELECT_OUT;
    act(c->http, c->fd, events); // which may free the connection
}

static void on_time(void *data)
{
    struct http *h = data;

    h->timer = 0;
    act(h, CURL_SOCKET_TIMEOUT, 0);
}

// --- what libcurl calls ---

static unsigned events_of(int what)
{
    switch (what) {
    case CURL_POLL_IN: return LOOP_READ;
    case CURL_POLL_OUT: return LOOP_WRITE;
    case CURL_POLL_INOUT: return LOOP_READ | LOOP_WRITE;
    default: return 0;
    }
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct http *h = user;
    struct connection *c = known;

    if (what == CURL_POLL_REMOVE) {
        connection_free(c);
    } else if (c) {
        loop_change_fd(c->watch, events_of(what));
    } else {
        c = connection_new(h, easy, fd);
        c->watch = loop_add_fd(h->loop, fd, events_of(what), on_ready, c);
        curl_multi_assign(h->multi, fd, c);
    }
    return 0;
}

static int set_timer(CURLM *multi UNUSED, long ms, void *user)
{
    struct http *h = user;

    loop_remove_timer(h->loop, h->timer);
    h->timer = ms < 0 ? 0 : loop_add_timer(h->loop, timer_add(timer_now(), ms), on_time, h);
    return 0;
}

// libcurl finds their ends when it reads.
void http_cut_silent(struct http *h, const char *url, int64_t since)
{
    char *host CLEANUP(mem_cleanup) = NULL;
    struct url parsed;

    if (!url_parse(span_str(url), &parsed))
        return;
    host = host_of(&parsed);
    for (struct list *link = h->connections.next; link != &h->connections; link = link->next) {
        const struct connection *c = LIST_ITEM(link, struct connection, link);

        if (c->heard < since && strcmp(c->host, host) == 0)
            shutdown(c->fd, SHUT_RDWR);
    }
}

// --- the task ---

static void work(void *data)
{
    struct http *h = data;

    while (!list_is_empty(&h->queued)) {
        struct http_transfer *t = LIST_ITEM(h->queued.next, struct http_transfer, queued_link);

        list_remove(&t->queued_link);
        attempt_begin(t);
    }
    deliver_all(h);
}

void multi_open(struct http *h)
{
    h->work = loop_add_task(h->loop, work, h);
    h->multi = curl_multi_init();
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
}

// libcurl closes its connections, and says so.
void multi_close(struct http *h)
{
    curl_multi_cleanup(h->multi);
    loop_remove_timer(h->loop, h->timer);
    loop_remove_task(h->work);
}
