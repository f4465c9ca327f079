// SPDX-License-Identifier: Apache-2.0
// The server as a whole: its limits and its life.
#include <stdlib.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "io/httpd/conn.h"

// --- limits ---

// Descriptors for so many connections, as far as this process may have them.
static unsigned raise_files(unsigned connections)
{
    struct rlimit files;
    rlim_t wanted = (rlim_t)2 * connections + SPARE_FILES; // each may have a file open

    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return connections;
    if (files.rlim_cur < wanted) {
        files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &files);
        getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur >= (rlim_t)connections + SPARE_FILES)
        return connections;
    return files.rlim_cur > 2 * SPARE_FILES ? (unsigned)(files.rlim_cur - SPARE_FILES)
                                            : SPARE_FILES;
}

static void set_limits(struct httpd *h, const struct httpd_limits *limits)
{
    struct httpd_limits *l = &h->limits;
    unsigned allowed;

    if (limits)
        *l = *limits;
    if (!l->connections)
        l->connections = HTTPD_CONNECTIONS;
    if (!l->head_bytes)
        l->head_bytes = HTTPD_HEAD_BYTES;
    if (!l->head_ms)
        l->head_ms = HTTPD_HEAD_MS;
    if (!l->idle_ms)
        l->idle_ms = HTTPD_IDLE_MS;
    if (!l->stall_ms)
        l->stall_ms = HTTPD_STALL_MS;
    allowed = raise_files(l->connections);
    if (allowed < l->connections)
        report_warn(
            h->report, "httpd",
            "this process may open too few files (ulimit -n): at most %u connections at once, "
            "not %u",
            allowed, l->connections);
    l->connections = allowed;
}

// --- life ---

static void on_work(void *data)
{
    struct httpd *h = data;

    for (size_t left = list_len(&h->posted); left > 0 && !list_is_empty(&h->posted); left--)
        conn_run(LIST_ITEM(list_take_first(&h->posted), struct conn, posted));
}

struct httpd *httpd_new(struct loop *loop, const struct httpd_handler *handler,
                        const struct httpd_limits *limits, struct report *report)
{
    struct httpd *h = MEM_NEW(struct httpd);

    *h = (struct httpd){
        .loop = loop, .report = report, .handler = *handler, .time_out = conn_time_out};
    set_limits(h, limits);
    list_init(&h->listeners);
    for (enum conn_state state = 0; state < CONN_STATES; state++)
        list_init(&h->conns[state]);
    list_init(&h->posted);
    list_init(&h->spare);
    h->sweep_at = TIMER_NEVER;
    h->work = loop_add_task(loop, on_work, h);
    return h;
}

static void free_conns(struct httpd *h, enum conn_state state)
{
    while (!list_is_empty(&h->conns[state]))
        conn_free(LIST_ITEM(h->conns[state].next, struct conn, link));
}

void httpd_free(struct httpd *h)
{
    if (!h)
        return;
    for (enum conn_state state = 0; state < CONN_STATES; state++)
        free_conns(h, state);
    while (!list_is_empty(&h->listeners))
        listener_free(LIST_ITEM(h->listeners.next, struct listener, link));
    while (!list_is_empty(&h->spare))
        exchange_free(LIST_ITEM(list_take_first(&h->spare), struct exchange, link));
    conns_forget_times(h);
    loop_remove_task(h->work);
    free(h);
}

int httpd_listen(struct httpd *h, const char *address, struct httpd_tls *tls, struct err **err)
{
    return listen_open(h, address, tls, err);
}

// The requests in flight are their connections' last; one whose answer's head is on its way already
// ends without having said so.
void httpd_stop(struct httpd *h)
{
    const struct list *busy = &h->conns[CONN_BUSY];

    h->is_stopping = true;
    for (struct list *link = h->listeners.next; link != &h->listeners; link = link->next)
        listener_close(LIST_ITEM(link, struct listener, link));
    free_conns(h, CONN_OPENING);
    free_conns(h, CONN_IDLE);
    free_conns(h, CONN_HEAD);
    for (struct list *link = busy->next; link != busy; link = link->next)
        LIST_ITEM(link, struct conn, link)->x->is_last = true;
}

size_t httpd_busy(const struct httpd *h)
{
    return list_len(&h->conns[CONN_BUSY]);
}

struct httpd_counts httpd_counts(const struct httpd *h)
{
    return h->counts;
}
