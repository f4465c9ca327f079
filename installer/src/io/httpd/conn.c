// SPDX-License-Identifier: Apache-2.0
// A connection's life: handshake, heads, requests one after the other, and the end, in which the
// client gets the time to read its last answer.
#include "io/httpd/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static void on_ready(void *data, unsigned ready UNUSED)
{
    conn_run(data);
}

void conn_begin(const struct listener *l, int fd, const char *client)
{
    struct httpd *h = l->httpd;
    struct conn *c = MEM_NEW(struct conn);

    *c = (struct conn){.httpd = h, .listener = l, .fd = fd, .transport = &transport_plain};
    snprintf(c->client, sizeof c->client, "%s", client);
    list_init(&c->link);
    list_init(&c->posted);
    h->counts.accepted++;
    h->counts.open++;
    if (l->tls) {
        c->transport = &transport_tls;
        if (!tls_begin(c, l->tls)) {
            h->counts.refused++;
            conn_free(c);
            return;
        }
    }
    c->events = LOOP_READ;
    c->watch = loop_add_fd(h->loop, fd, LOOP_READ, on_ready, c);
    conn_enter(c, l->tls ? CONN_OPENING : CONN_IDLE);
}

void conn_free(struct conn *c)
{
    struct httpd *h = c->httpd;

    c->is_running = true; // whoever is told of the end may answer still: it is not posted for that
    conn_leave(c);
    list_remove(&c->posted);
    loop_remove_fd(c->watch);
    if (c->x)
        exchange_put(c->x);
    if (c->transport->free)
        c->transport->free(c);
    close(c->fd);
    free(c);
    h->counts.open--;
    conns_resume_accepting(h);
}

// --- steps, one for each state ---

static enum step gone(struct conn *c)
{
    conn_free(c);
    return STEP_GONE;
}

static enum step open_step(struct conn *c)
{
    int done = c->transport->handshake(c);

    if (done == 1) {
        conn_enter(c, CONN_IDLE);
        return STEP_ON;
    }
    if (conn_waits(c, done))
        return STEP_WAIT;
    c->httpd->counts.refused++;
    return gone(c);
}

// Without a byte of a request, a connection has no exchange.
static void rest(struct conn *c)
{
    exchange_put(c->x);
    c->x = NULL;
    if (c->state != CONN_IDLE)
        conn_enter(c, CONN_IDLE);
}

static enum step read_step(struct conn *c)
{
    enum step step;

    if (!c->x)
        c->x = exchange_get(c);
    step = exchange_read(c->x);
    if (step == STEP_GONE)
        return gone(c);
    if (step == STEP_WAIT && c->x->in_len == 0)
        rest(c);
    else if (step == STEP_WAIT && c->state == CONN_IDLE)
        conn_enter(c, CONN_HEAD);
    return step;
}

static enum step end_last(struct conn *c)
{
    exchange_put(c->x);
    c->x = NULL;
    c->transport->end(c);
    conn_enter(c, CONN_LINGERING);
    return STEP_ON;
}

// After an answer that is not the last: with what the client sent ahead, or to rest. The server may
// have been stopped by whoever was told of the end.
static enum step go_on(struct conn *c)
{
    struct exchange *x = c->x;

    if (x->in_used < x->in_len || x->ahead.len > 0) {
        exchange_next(x);
        if (c->httpd->is_stopping)
            return end_last(c);
        conn_enter(c, CONN_HEAD);
        return STEP_ON;
    }
    rest(c);
    if (c->httpd->is_stopping)
        return gone(c);
    if (c->transport->has_read_ahead && c->transport->has_read_ahead(c))
        return STEP_ON;
    c->waits_for = LOOP_READ;
    return STEP_WAIT;
}

static enum step busy_step(struct conn *c)
{
    enum step step = exchange_move(c->x);

    if (step == STEP_GONE)
        return gone(c);
    if (!exchange_is_over(c->x)) {
        if (c->has_moved)
            conn_enter(c, CONN_BUSY);
        return step;
    }
    if (c->x->is_last)
        return end_last(c);
    return go_on(c);
}

// What the client still sends is read, for closing with bytes unread would reset the connection,
// and take the answer from the client.
static enum step linger_step(struct conn *c)
{
    char data[READ_BYTES];
    ssize_t got = c->transport->read(c, data, sizeof data);

    if (got > 0) {
        c->lingered += (size_t)got;
        return c->lingered < DROP_BYTES ? STEP_ON : gone(c);
    }
    return conn_waits(c, got) ? STEP_WAIT : gone(c);
}

static enum step step_of(struct conn *c)
{
    c->waits_for = 0;
    c->has_moved = false;
    switch (c->state) {
    case CONN_OPENING: return open_step(c);
    case CONN_IDLE:
    case CONN_HEAD: return read_step(c);
    case CONN_BUSY: return busy_step(c);
    default: return linger_step(c);
    }
}

void conn_run(struct conn *c)
{
    enum step step = STEP_ON;

    if (c->is_running) // a nested run of the loop: the outer one goes on with it
        return;
    c->is_running = true;
    for (unsigned i = 0; step == STEP_ON && i < TURN_REQUESTS; i++)
        step = step_of(c);
    if (step == STEP_GONE)
        return;
    c->is_running = false;
    if (step == STEP_ON) {
        conn_post(c);
    } else if (c->events != c->waits_for) {
        c->events = c->waits_for;
        loop_change_fd(c->watch, c->events);
    }
}

// --- its limits ---

// What waits for the handler has no limit.
static bool is_waiting_for_handler(const struct exchange *x)
{
    return !x->is_given && x->body != BODY_SINK;
}

void conn_time_out(struct conn *c)
{
    if (c->is_running || (c->state == CONN_BUSY && is_waiting_for_handler(c->x))) {
        conn_enter(c, c->state);
        return;
    }
    if (c->state != CONN_LINGERING)
        c->httpd->counts.timed_out++;
    if (c->state == CONN_HEAD) {
        exchange_refuse(c->x, 408, "the request's head took too long");
        conn_run(c);
        return;
    }
    if (c->state == CONN_BUSY && c->x->body == BODY_SINK) {
        body_break(c->x, "the client stalled");
        conn_enter(c, CONN_BUSY);
        conn_run(c);
        return;
    }
    conn_free(c);
}
