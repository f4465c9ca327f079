// SPDX-License-Identifier: Apache-2.0
// A request's body: nobody's at first, then the handler's sink's, or dropped.
#include <assert.h>

#include "io/httpd/conn.h"

static int refuse_size(struct exchange *x)
{
    return err_set(&x->body_error, ERR_SOURCE, "the body is larger than %llu bytes",
                   (unsigned long long)x->body_max);
}

static int on_piece(void *data, struct span piece)
{
    struct exchange *x = data;

    x->body_len += piece.len;
    if (x->body == BODY_DROPPED)
        return x->body_len > DROP_BYTES ? -1 : 0;
    if (x->body_max && x->body_len > x->body_max)
        return refuse_size(x);
    return x->sink.piece(x->sink.data, piece, &x->body_error);
}

void body_begin(struct exchange *x)
{
    x->body = x->head.body ? BODY_HELD : BODY_NONE;
    x->must_continue = x->head.expects_continue;
    x->body_len = x->body_max = 0;
    x->parse.piece = on_piece;
    x->parse.data = x;
}

void httpd_receive(struct httpd_request *r, uint64_t max_bytes, const struct httpd_sink *sink)
{
    struct exchange *x = (struct exchange *)r;

    assert(!x->is_given && (x->body == BODY_HELD || x->body == BODY_NONE));
    x->body = BODY_SINK;
    x->body_max = max_bytes;
    x->sink = *sink;
    if (!x->conn->is_running)
        conn_post(x->conn);
}

// A client that waits for "100 Continue" may send the body or not: what comes next is uncertain.
void body_drop(struct exchange *x)
{
    if (x->body != BODY_HELD)
        return;
    x->body = BODY_DROPPED;
    if (x->must_continue || (x->head.body != UINT64_MAX && x->head.body > DROP_BYTES)) {
        x->body = BODY_NONE;
        x->is_last = true;
    }
}

static void end(struct exchange *x, const struct err *error)
{
    enum body_state was = x->body;

    x->body = BODY_NONE;
    if (error)
        x->is_last = true;
    if (was == BODY_SINK && x->sink.end)
        x->sink.end(x->sink.data, error);
}

void body_break(struct exchange *x, const char *why)
{
    struct err *error CLEANUP(err_cleanup) = NULL;

    if (x->body == BODY_NONE)
        return;
    err_set(&error, ERR_SOURCE, "%s", why);
    end(x, error);
}

static void fail(struct exchange *x)
{
    if (x->body_error)
        end(x, x->body_error);
    else
        body_break(x, x->parse.status ? x->parse.why : "the body is too large");
}

// What came behind the head first.
static enum step read_some(struct exchange *x, char *data, size_t size, struct span *came)
{
    struct conn *c = x->conn;
    ssize_t got;

    if (x->in_used < x->in_len) {
        *came = span_of(x->in + x->in_used, x->in_len - x->in_used);
        return STEP_ON;
    }
    got = c->transport->read(c, data, size);
    if (got > 0) {
        *came = span_of(data, (size_t)got);
        c->has_moved = true;
        return STEP_ON;
    }
    if (conn_waits(c, got))
        return STEP_WAIT;
    body_break(x, "the client ended the connection in the middle of the body");
    return STEP_WAIT;
}

// Bytes behind the body are the next request's.
static void use(struct exchange *x, struct span came, size_t used)
{
    if (x->in_used < x->in_len)
        x->in_used += used;
    else
        buf_add_span(&x->ahead, span_tail(came, used));
}

static void take(struct exchange *x, struct span came)
{
    size_t used;
    enum parse_result result = parse_body(&x->parse, came, &used);

    use(x, came, used);
    if (result == PARSE_DONE)
        end(x, NULL);
    else if (result == PARSE_BAD)
        fail(x);
}

static bool is_moving(const struct exchange *x)
{
    return x->body == BODY_SINK || x->body == BODY_DROPPED;
}

static void begin_sink(struct exchange *x)
{
    bool is_known = x->head.body != UINT64_MAX;

    if (x->body != BODY_SINK)
        return;
    if (!x->head.body)
        end(x, NULL);
    else if (x->body_max && is_known && x->head.body > x->body_max && refuse_size(x) < 0)
        fail(x);
    else if (x->must_continue && !x->is_given)
        buf_add_str(&x->out, "HTTP/1.1 100 Continue\r\n\r\n");
    x->must_continue = false;
}

enum step body_move(struct exchange *x)
{
    char data[READ_BYTES];

    begin_sink(x);
    for (size_t moved = 0; is_moving(x) && moved < TURN_BYTES;) {
        struct span came;
        enum step step = read_some(x, data, sizeof data, &came);

        if (step != STEP_ON)
            return step;
        moved += came.len;
        take(x, came);
    }
    if (is_moving(x))
        x->conn->waits_for |= LOOP_READ;
    return STEP_WAIT;
}
