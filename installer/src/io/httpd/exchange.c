// SPDX-License-Identifier: Apache-2.0
// One request and its answer, from the first byte of the head on. The memory goes from one exchange
// to the next, of whatever connection.
#include "io/httpd/conn.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define OUT_MAX (2 * BUF_DOC_MAX) // a head, and a body that is copied from another buffer

static void set_up(struct exchange *x, struct conn *c)
{
    x->conn = c;
    x->pub = (struct httpd_request){0};
    x->head = (struct head){0};
    x->is_told = x->is_last = x->is_given = false;
    x->in_used = 0;
    x->body = BODY_NONE;
    x->must_continue = false;
    x->out_sent = x->out_body = 0;
    x->answer = (struct httpd_answer){0};
    x->skip = x->left = 0;
    x->piece = (struct httpd_piece){.fd = -1};
    parse_begin(&x->parse);
}

struct exchange *exchange_get(struct conn *c)
{
    struct httpd *h = c->httpd;
    struct exchange *x;

    if (list_is_empty(&h->spare)) {
        x = MEM_NEW(struct exchange);
        list_init(&x->link);
        x->out = x->ahead = (struct buf)BUF_INIT(OUT_MAX);
        x->in_cap = INPUT_BYTES;
        x->in = mem_alloc(x->in_cap);
    } else {
        x = LIST_ITEM(list_take_first(&h->spare), struct exchange, link);
        h->spare_len--;
    }
    x->in_len = 0;
    set_up(x, c);
    return x;
}

void exchange_free(struct exchange *x)
{
    free(x->in);
    buf_free(&x->ahead);
    buf_free(&x->out);
    free(x);
}

// --- what heads hold that are not whole ---

static void count(struct exchange *x, size_t bytes)
{
    x->conn->httpd->heads_bytes += bytes - x->counted;
    x->counted = bytes;
}

// An honest client's head is whole within a round trip: when there are too many that are not, the
// oldest make room.
static void hold(struct exchange *x)
{
    struct httpd *h = x->conn->httpd;
    struct conn *oldest;

    count(x, sizeof *x + x->in_cap);
    while (h->heads_bytes > HEADS_BYTES && (oldest = conns_first(h, CONN_HEAD)) != NULL)
        h->time_out(oldest);
}

// --- its end ---

// The request is over, whether it was answered or not.
static void tell_end(struct exchange *x)
{
    const struct httpd_handler *handler = &x->conn->httpd->handler;

    body_break(x, "the connection ended");
    x->pub.whole = exchange_is_over(x);
    send_end(x);
    if (x->is_told && handler->done)
        handler->done(handler->data, &x->pub);
    x->is_told = false;
    err_clear(&x->body_error);
    if (x->out.cap > KEPT_BYTES)
        buf_free(&x->out);
    buf_truncate(&x->out, 0);
}

void exchange_put(struct exchange *x)
{
    struct httpd *h = x->conn->httpd;

    tell_end(x);
    count(x, 0);
    if (h->spare_len == KEPT_EXCHANGES || x->in_cap > KEPT_BYTES || x->ahead.cap > KEPT_BYTES) {
        exchange_free(x);
        return;
    }
    buf_truncate(&x->ahead, 0);
    list_append(&h->spare, &x->link);
    h->spare_len++;
}

// --- from one to the next ---

static void make_room(struct exchange *x, size_t cap)
{
    if (cap <= x->in_cap)
        return;
    x->in_cap = cap;
    x->in = mem_resize(x->in, cap, 1);
}

void exchange_next(struct exchange *x)
{
    size_t left = x->in_len - x->in_used;

    tell_end(x);
    memmove(x->in, x->in + x->in_used, left);
    make_room(x, left + x->ahead.len);
    if (x->ahead.len > 0)
        memcpy(x->in + left, x->ahead.data, x->ahead.len);
    x->in_len = left + x->ahead.len;
    buf_truncate(&x->ahead, 0);
    set_up(x, x->conn);
}

// --- the head ---

static void begin(struct exchange *x)
{
    struct conn *c = x->conn;
    const struct httpd_handler *handler = &c->httpd->handler;
    const char *why = "";
    int status = head_read(&x->parse, x->in, &x->head, &why);

    if (status) {
        exchange_refuse(x, status, why);
        return;
    }
    conn_enter(c, CONN_BUSY);
    x->is_last = x->head.is_last || c->httpd->is_stopping;
    x->pub = (struct httpd_request){
        .method = x->head.method,
        .path = x->head.path,
        .query = x->head.query,
        .host = x->head.host,
        .sni = c->listener->tls ? tls_name(c) : SPAN_EMPTY,
        .tls = c->listener->tls,
        .client = c->client,
        .port = c->listener->port,
        .began_at = c->since,
    };
    body_begin(x);
    x->is_told = true;
    handler->request(handler->data, &x->pub);
}

// Room for more of a head, or a refusal.
static bool grow(struct exchange *x)
{
    size_t most = x->conn->httpd->limits.head_bytes;

    if (x->in_len < x->in_cap)
        return true;
    if (x->in_len >= most) {
        bool is_line = x->parse.fields_len == 0 && x->parse.fields[0].name.len == 0;

        exchange_refuse(x, is_line ? 414 : 431, "the request's head is too large");
        return false;
    }
    make_room(x, 2 * x->in_cap < most ? 2 * x->in_cap : most);
    return true;
}

static enum step fill(struct exchange *x)
{
    struct conn *c = x->conn;
    ssize_t got = c->transport->read(c, x->in + x->in_len, x->in_cap - x->in_len);

    if (got > 0) {
        x->in_len += (size_t)got;
        return STEP_ON;
    }
    return conn_waits(c, got) ? STEP_WAIT : STEP_GONE;
}

enum step exchange_read(struct exchange *x)
{
    for (;;) {
        enum parse_result result = PARSE_MORE;
        enum step step;

        if (x->in_used < x->in_len)
            result = parse_head(&x->parse, span_of(x->in, x->in_len), x->in_used, &x->in_used);
        if (result == PARSE_BAD)
            exchange_refuse(x, x->parse.status, x->parse.why);
        else if (result == PARSE_DONE)
            begin(x);
        if (result != PARSE_MORE || !grow(x))
            break;
        step = fill(x);
        if (step == STEP_WAIT && x->in_len > 0)
            hold(x);
        if (step != STEP_ON)
            return step;
    }
    count(x, 0);
    return STEP_ON;
}

void exchange_refuse(struct exchange *x, int status, const char *why)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    x->conn->httpd->counts.refused++;
    count(x, 0);
    conn_enter(x->conn, CONN_BUSY);
    x->is_last = true;
    buf_printf(&text, "%s\n", why);
    httpd_answer(&x->pub, &(struct httpd_answer){
                              .status = status,
                              .type = "text/plain; charset=utf-8",
                              .bytes = buf_span(&text),
                          });
}

// --- body and answer ---

enum step exchange_move(struct exchange *x)
{
    enum step body = body_move(x), answer = send_move(x);

    return answer == STEP_WAIT ? body : answer;
}

bool exchange_is_over(const struct exchange *x)
{
    return x->is_given && x->out_sent == x->out.len && x->left == 0 && x->body == BODY_NONE;
}
