// SPDX-License-Identifier: Apache-2.0
// The server as a whole: its life, its limits, and the lists of its connections. Each list holds
// those of one state in the order in which they came to it, and a state has one limit of time: the
// first of each list is the next to be looked at, and one timer is enough for all.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

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
    l->connections = raise_files(l->connections);
}

static int64_t limit_of(const struct httpd *h, enum conn_state state)
{
    switch (state) {
    case CONN_OPENING:
    case CONN_HEAD: return h->limits.head_ms;
    case CONN_IDLE: return h->limits.idle_ms;
    case CONN_BUSY: return h->limits.stall_ms;
    default: return LINGER_MS;
    }
}

// --- times ---

static int64_t due_of(const struct httpd *h, enum conn_state state)
{
    const struct list *conns = &h->conns[state];

    if (list_is_empty(conns))
        return TIMER_NEVER;
    return timer_add(LIST_ITEM(conns->next, struct conn, link)->since, limit_of(h, state));
}

static void on_sweep(void *data);

static void set_sweep(struct httpd *h, int64_t at)
{
    if (h->sweep)
        loop_remove_timer(h->loop, h->sweep);
    h->sweep_at = at;
    h->sweep = at == TIMER_NEVER ? 0 : loop_add_timer(h->loop, at, on_sweep, h);
}

// One that was looked at and stays goes to the end of its list.
static void on_sweep(void *data)
{
    struct httpd *h = data;
    int64_t now = timer_now(), next = TIMER_NEVER;

    h->sweep = 0;
    h->sweep_at = TIMER_NEVER;
    for (enum conn_state state = 0; state < CONN_STATES; state++) {
        while (due_of(h, state) <= now)
            conn_time_out(LIST_ITEM(h->conns[state].next, struct conn, link));
        if (due_of(h, state) < next)
            next = due_of(h, state);
    }
    if (next < h->sweep_at)
        set_sweep(h, next);
}

void httpd_enter(struct conn *c, enum conn_state state)
{
    struct httpd *h = c->httpd;
    int64_t due;

    if (list_has(&c->link) && c->state == CONN_IDLE)
        h->counts.idle--;
    list_remove(&c->link);
    c->state = state;
    c->since = timer_now();
    list_append(&h->conns[state], &c->link);
    if (state == CONN_IDLE)
        h->counts.idle++;
    due = timer_add(c->since, limit_of(h, state));
    if (due < h->sweep_at)
        set_sweep(h, due);
}

// Most requests come within one second: the text is made once in it.
const char *httpd_date(struct httpd *h)
{
    time_t now = time(NULL);
    struct tm parts;

    if (now != h->date_at && gmtime_r(&now, &parts)) {
        h->date_at = now;
        // strftime() would do, but for its locale.
        static const char days[] = "SunMonTueWedThuFriSat";
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

        snprintf(h->date, sizeof h->date, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
                 days + 3 * parts.tm_wday, parts.tm_mday, months + 3 * parts.tm_mon,
                 (parts.tm_year + 1900) % 10000, parts.tm_hour, parts.tm_min, parts.tm_sec % 61);
    }
    return h->date;
}

// --- what goes on in the next turn ---

static void on_work(void *data)
{
    struct httpd *h = data;

    for (size_t left = list_len(&h->posted); left > 0 && !list_is_empty(&h->posted); left--)
        conn_run(LIST_ITEM(list_take_first(&h->posted), struct conn, posted));
}

void httpd_post(struct conn *c)
{
    if (!list_has(&c->posted))
        list_append(&c->httpd->posted, &c->posted);
    loop_post(c->httpd->work);
}

// --- life ---

struct httpd *httpd_new(struct loop *loop, const struct httpd_handler *handler,
                        const struct httpd_limits *limits, struct report *report)
{
    struct httpd *h = MEM_NEW(struct httpd);

    *h = (struct httpd){.loop = loop, .report = report, .handler = *handler};
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
    set_sweep(h, TIMER_NEVER);
    loop_remove_timer(h->loop, h->accept_timer);
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
