// SPDX-License-Identifier: Apache-2.0
// The lists of connections. Each holds those of one state in the order in which they came to it,
// and a state has one limit of time: the first of each list is the next to be looked at, and one
// timer is enough for all.
#include <stdio.h>
#include <time.h>

#include "io/httpd/conn.h"

// --- times ---

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
            h->time_out(LIST_ITEM(h->conns[state].next, struct conn, link));
        if (due_of(h, state) < next)
            next = due_of(h, state);
    }
    if (next < h->sweep_at)
        set_sweep(h, next);
}

void conns_forget_times(struct httpd *h)
{
    set_sweep(h, TIMER_NEVER);
    loop_remove_timer(h->loop, h->accept_timer);
}

void conn_leave(struct conn *c)
{
    if (list_has(&c->link) && c->state == CONN_IDLE)
        c->httpd->counts.idle--;
    list_remove(&c->link);
}

void conn_enter(struct conn *c, enum conn_state state)
{
    struct httpd *h = c->httpd;
    int64_t due;

    conn_leave(c);
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
const char *conns_date(struct httpd *h)
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

struct conn *conns_first(const struct httpd *h, enum conn_state state)
{
    const struct list *conns = &h->conns[state];

    for (struct list *link = conns->next; link != conns; link = link->next) {
        struct conn *c = LIST_ITEM(link, struct conn, link);

        if (!c->is_running)
            return c;
    }
    return NULL;
}

// --- what goes on in the next turn ---

void conn_post(struct conn *c)
{
    if (!list_has(&c->posted))
        list_append(&c->httpd->posted, &c->posted);
    loop_post(c->httpd->work);
}

bool conn_waits(struct conn *c, ssize_t moved)
{
    if (moved != MOVE_WANTS_READ && moved != MOVE_WANTS_WRITE)
        return false;
    c->waits_for |= moved == MOVE_WANTS_READ ? LOOP_READ : LOOP_WRITE;
    return true;
}

// --- whether more are accepted ---

static void set_accepting(struct httpd *h, bool accepts)
{
    for (struct list *link = h->listeners.next; link != &h->listeners; link = link->next) {
        struct listener *l = LIST_ITEM(link, struct listener, link);

        if (l->watch)
            loop_change_fd(l->watch, accepts ? LOOP_READ : 0);
    }
}

static void resume(struct httpd *h)
{
    h->is_full = false;
    set_accepting(h, true);
}

static void on_pause_over(void *data)
{
    struct httpd *h = data;

    h->accept_timer = 0;
    resume(h);
}

// Nothing can be given up: those who wait are in the kernel's queue meanwhile.
void conns_pause_accepting(struct httpd *h, const char *why)
{
    int64_t now = timer_now();

    h->is_full = true;
    set_accepting(h, false);
    if (!h->accept_timer)
        h->accept_timer =
            loop_add_timer(h->loop, timer_add(now, ACCEPT_PAUSE_MS), on_pause_over, h);
    if (now < h->quiet_until)
        return;
    h->quiet_until = timer_add(now, QUIET_MS);
    report_warn(h->report, "httpd", "%s: with %zu connections, all busy, new ones wait", why,
                h->counts.open);
}

void conns_resume_accepting(struct httpd *h)
{
    if (h->is_full && h->counts.open < h->limits.connections)
        resume(h);
}
